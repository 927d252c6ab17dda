import { hostRoles, parseSite, SiteProblems, type Site } from "@barecast/site";
import fc from "fast-check";

/** The last is as long as a name may be. */
export const siteNames = ["a", "replica", "a-name-of-thirty-one-characters"];
const hostNames = ["one", "two", "three"];
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2pbpvQ0pFTm0Df3h6cq0FGVXUa4Xq0mOSXPY2bFVtW";

/** Ports, among them some near each other and near those that hosts need, so that they meet often. */
const port = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 65_535 }), weight: 3 },
  { arbitrary: fc.constantFrom(22, 80, 443, 2222, 2377, 3478, 5000, 7946, 8888, 40_000, 40_500), weight: 1 },
);
const range = fc.tuple(port, fc.integer({ min: 0, max: 2000 })).map(([from, size]) => ({ from, to: Math.min(from + size, 65_535) }));
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
/** A map of which each key may be left out. */
const partOf = <T>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }) => some(fc.record(arbitraries, { requiredKeys: [] }));

/** A server, or a machine, whose address may be stated. */
const host = fc.oneof(
  fc.record({
    isStated: fc.constant(true),
    ssh: fc.record({ hostKey: fc.constant(hostKey), user: fc.constantFrom("root", "ops"), port }, { requiredKeys: ["hostKey"] }),
  }),
  fc.record(
    {
      isStated: fc.boolean(),
      machine: fc.record({ baked: fc.boolean(), memoryBytes: fc.constant(4 * 1024 ** 3) }, { requiredKeys: [] }),
      ssh: fc.record({ port }),
    },
    { requiredKeys: ["isStated", "machine"] },
  ),
);
const place = fc.integer({ min: 0, max: 2 });

/** One to three hosts, each role on one of them by chance; managers, media servers and apps on a second one, too. */
const hosts = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    places: fc.array(place, { minLength: hostRoles.length, maxLength: hostRoles.length }),
    more: place,
    made: fc.tuple(host, host, host),
  })
  .map(({ count, places, more, made }) =>
    hostNames.flatMap((name, index) => {
      const isMore = more % count === index;
      const own = hostRoles.filter((role, of) => places[of]! % count === index || (isMore && ["manager", "media", "apps"].includes(role)));
      return own.length === 0 ? [] : [{ name, ...made[index]!, roles: own }];
    }),
  );
type Hosts = typeof hosts extends fc.Arbitrary<infer T> ? T : never;

/** As the site file has them: with the addresses that are stated. */
const withAddresses = (made: Hosts, network = "172.30.231.0/24") =>
  Object.fromEntries(
    made.map(({ name, isStated, ...entry }, index) => {
      const from = "machine" in entry ? network.replace(/0\/24$/, "") : "198.51.100.";
      return [name, { ...entry, ...(isStated && { address: `${from}${100 + index}` }) }];
    }),
  );

const url = fc.constantFrom("rtsp://10.0.9.11/main", "rtsps://camera.example.com:322/live?channel=1&stream=0");
const camera = fc
  .record(
    {
      url,
      title: fc.constantFrom("Main gate", 'Gate "A" \\ $x'),
      record: fc.boolean(),
      isSecret: fc.boolean(),
      username: fc.constantFrom("viewer", "v:w@x"),
    },
    { requiredKeys: ["url", "isSecret"] },
  )
  .map(({ isSecret, ...stated }) => ({ ...stated, ...(isSecret && stated.username !== undefined && { passwordSecret: "gate" }) }));

/** A site file by chance, as a value: many are valid, the rest break a rule between keys. */
export const siteFiles = fc
  .record({
    site: fc.constantFrom(...siteNames),
    domain: fc.constantFrom("replica.localhost", "live.example.com"),
    images: fc.constantFrom("packages", "upstream"),
    hosts,
    cameras: some(fc.dictionary(fc.constantFrom("gate", "yard"), camera)),
    network: partOf({
      overlays: fc.constantFrom("10.231.0.0/16", "10.90.0.0/16"),
      gatewayBridge: fc.constantFrom("10.232.0.0/24", "192.168.77.0/24", "10.90.7.0/24"),
      machines: fc.constantFrom("172.30.231.0/24", "10.91.3.0/24"),
    }),
    ports: partOf({ http: port, https: port, turn: port, media: range, relay: range, registry: port, mediaControl: port, turnProxy: port }),
    accounts: partOf({ operator: fc.constantFrom("pat", "Lee.2", "admin"), admin: fc.constantFrom("pat", "root-1") }),
    media: partOf({ server: fc.constantFrom("pocket", "kurento"), maxBitrateBps: fc.integer({ min: 100_000, max: 20_000_000 }) }),
    recordings: partOf({ phones: fc.boolean() }),
    console: partOf({ title: fc.constantFrom("Night shift", 'Zürich "1" </script> \\ 🚦') }),
    logLevel: some(fc.constantFrom("error", "warn", "info", "debug")),
  })
  .map((file) => ({ ...file, hosts: withAddresses(file.hosts, file.network?.machines) }));

/** The site of a file, or nothing where it is refused. */
export function acceptedSite(file: unknown): Site | undefined {
  try {
    return parseSite(JSON.stringify(file), "sites/x.yaml");
  } catch (error) {
    if (error instanceof SiteProblems) return undefined;
    throw error;
  }
}
