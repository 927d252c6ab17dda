// Every valid site renders, and gives no port of a host to two services: sites by chance, held to both.
import { parseSite, SiteProblems, type Site } from "@barecast/site";
import fc from "fast-check";
import { exampleDigests as digests, exampleSecrets as secrets } from "./example";
import { portPlan, stackOf } from "./index";

/** The last is as long as a name may be. */
const names = ["a", "replica", "a-name-of-thirty-one-characters"];
const roles = ["manager", "edge", "turn", "media", "apps", "store"];
/** Ports near each other and near those that hosts need, so that they meet often. */
const port = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }),
  fc.constantFrom(22, 80, 443, 2222, 2377, 3478, 5000, 7946, 8888, 40_000, 40_500),
);
const range = fc.tuple(port, fc.integer({ min: 0, max: 2000 })).map(([from, size]) => ({ from, to: Math.min(from + size, 65_535) }));
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Each role on a host by chance; managers and media servers on a second one, too. */
const hosts = fc
  .record({
    places: fc.array(fc.constantFrom("one", "two", "three"), { minLength: roles.length, maxLength: roles.length }),
    more: fc.constantFrom("one", "two", "three"),
    ssh: fc.array(some(port), { minLength: 3, maxLength: 3 }),
  })
  .map(({ places, more, ssh }) => {
    const rolesOf = (name: string) =>
      roles.filter((role, index) => places[index] === name || (more === name && ["manager", "media", "apps"].includes(role)));
    const entry = (name: string, index: number) => ({
      machine: {},
      roles: rolesOf(name),
      ...(ssh[index] === undefined ? {} : { ssh: { port: ssh[index] } }),
    });
    const entries = ["one", "two", "three"].map((name, index) => [name, entry(name, index)] as const);
    return Object.fromEntries(entries.filter(([, { roles: own }]) => own.length > 0));
  });
const siteFile = fc.record({
  site: fc.constantFrom(...names),
  domain: fc.constantFrom("replica.localhost", "live.example.com"),
  images: fc.constantFrom("packages", "upstream"),
  media: some(fc.record({ server: fc.constantFrom("pocket", "kurento") })),
  hosts,
  cameras: some(
    fc.dictionary(fc.constantFrom("gate", "yard"), fc.record({ url: fc.constant("rtsp://10.0.9.11/main"), record: fc.boolean() })),
  ),
  ports: some(
    fc.record(
      { http: port, https: port, turn: port, media: range, relay: range, registry: port, mediaControl: port, turnProxy: port },
      { requiredKeys: [] },
    ),
  ),
  recordings: some(fc.record({ phones: fc.boolean() })),
});

const accepted = (file: unknown): Site | undefined => {
  try {
    return parseSite(JSON.stringify(file), "sites/x.yaml");
  } catch (error) {
    if (error instanceof SiteProblems) return undefined;
    throw error;
  }
};

function sharedPorts(site: Site): string[] {
  const plan = portPlan(site);
  return site.hosts.flatMap((host) => {
    const own = plan.filter(({ role, service, from }) => {
      if (service === "ssh") return from === host.ssh.port;
      return role === "all" || host.roles.includes(role);
    });
    return own.flatMap((row, index) =>
      own
        .slice(index + 1)
        .filter((other) => other.service !== row.service || other.purpose !== row.purpose)
        .filter((other) => other.protocol === row.protocol && row.from <= other.to && other.from <= row.to)
        .map((other) => `${host.name}: ${row.service} and ${other.service} at ${row.protocol} ${Math.max(row.from, other.from)}`),
    );
  });
}

test("no valid site gives two services of a host the same port, and every valid site renders", () => {
  const valid = Object.fromEntries(names.map((name) => [name, 0]));
  fc.assert(
    fc.property(siteFile, (file) => {
      const site = accepted(file);
      if (!site) return;
      valid[site.name]! += 1;
      expect(sharedPorts(site)).toEqual([]);
      expect(stackOf({ site, secrets, digests }).services.length).toBeGreaterThan(8);
    }),
    { numRuns: 3000, seed: 20261122 },
  );
  // Of each name: one that is never accepted would try nothing.
  expect(names.filter((name) => valid[name]! <= 100)).toEqual([]);
});
