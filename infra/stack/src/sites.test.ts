// Every valid site renders, and gives no port of a host to two services: sites by chance, held to both.
import type { Site } from "@barecast/site";
import fc from "fast-check";
import { exampleDigests as digests, exampleSecrets as secrets } from "./example";
import { portPlan, serviceKeys, siteImages, stackOf, type HostPlan, type Stack } from "./index";
import { acceptedSite, siteFiles, siteNames, unrendered } from "./testing";

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

/** What each role of a host brings to it. */
const servicesOf: Readonly<Record<Site["hosts"][number]["roles"][number], (host: string) => string[]>> = {
  manager: () => ["socketproxy"],
  edge: () => ["traefik"],
  turn: () => ["coturn"],
  media: (host) => [`media-${host}`, `recordings-${host}`],
  apps: () => ["parse", "signaling", "web"],
  store: () => ["postgres", "redis"],
};

/** Services that the swarm may place on a host, by their constraints. */
function placedOn({ labels, isManager }: HostPlan, { services }: Stack): string[] {
  const holds = (constraint: string) => {
    const [, label, value] = /^node\.labels\.(\S+)==(\S+)$/.exec(constraint) ?? [];
    return label === undefined ? constraint === "node.role==manager" && isManager : labels[label] === value;
  };
  return services.filter(({ constraints }) => constraints.length > 0 && constraints.every(holds)).map(({ key }) => key);
}

/** Files, services and images that are named, and not there. */
function dangling({ services, secrets: own, configs, images, networks }: Stack): string[] {
  const keys = services.map(({ key }) => key);
  return services.flatMap((service) => [
    ...service.secrets.filter(({ key }) => !own.some((file) => file.key === key)).map(({ key }) => key),
    ...service.configs.filter(({ key }) => !configs.some((file) => file.key === key)).map(({ key }) => key),
    ...service.after.filter((key) => !keys.includes(key)),
    ...[service.image].filter((image) => !images.some(({ name, ref }) => name === image && /@sha256:[0-9a-f]{64}$/.test(ref))),
    ...(service.networks === "host" ? [] : service.networks)
      .map(({ name }) => name)
      .filter((name) => !networks.some((n) => n.name === name)),
  ]);
}

/** What of the site file people would miss, as the services read it. */
function settingsIn({ configs }: Stack) {
  const read = (key: string) => JSON.parse(configs.find((file) => file.key === key)!.content) as Record<string, unknown>;
  const { cameras, recordings, maxBitrateBps, logLevel } = read("signaling-config");
  return {
    cameras,
    phones: (recordings as { phones: unknown }).phones,
    maxBitrateBps,
    logLevel,
    accounts: read("parse-config")["accounts"],
    title: read("web-settings")["title"],
  };
}
const settingsOf = ({ cameras, recordings, media, logLevel, accounts, console: { title } }: Site) => ({
  cameras: cameras.map(({ passwordSecret, ...camera }) => ({ ...camera, hasPassword: passwordSecret !== undefined })),
  phones: recordings.phones,
  maxBitrateBps: media.maxBitrateBps,
  logLevel,
  accounts: [
    { username: accounts.operator, roles: ["operator"] },
    { username: accounts.admin, roles: ["admin"] },
    { username: "reporter", roles: ["reporter"] },
    { username: "verifier", roles: ["operator", "reporter"] },
  ],
  title,
});

/** What was tried: a variant that no accepted site has would be held to nothing. */
const variantsOf = ({ name, images, hosts, cameras, network, ports, accounts, media, logLevel, console: { title } }: Site) => [
  ...[name, images, media.server, logLevel, title, accounts.operator, accounts.admin, ...Object.values(network), `${hosts.length} hosts`],
  ...hosts.map(({ machine, address }) => (!machine ? "server" : /\.10\d$/.test(address) ? "machine at its address" : "machine")),
  ...cameras.map((camera) => (camera.passwordSecret ? "camera with password" : camera.username ? "camera with user" : "open camera")),
  ports.https === 443 ? "443" : "another port",
  media.maxBitrateBps === 2_500_000 ? "2500000" : "another bitrate",
];
const variants = [
  ...[...siteNames, "packages", "upstream", "pocket", "kurento", "error", "warn", "info", "debug", "barecast", "Night shift"],
  'Zürich "1" </script> \\ 🚦',
  ...["operator", "pat", "Lee.2", "admin", "root-1", "10.231.0.0/16", "10.90.0.0/16", "10.232.0.0/24", "192.168.77.0/24"],
  ...["10.90.7.0/24", "172.30.231.0/24", "10.91.3.0/24", "1 hosts", "2 hosts", "3 hosts", "server", "machine at its address", "machine"],
  ...["camera with password", "camera with user", "open camera", "443", "another port", "2500000", "another bitrate"],
];

test("no valid site gives two services of a host the same port, and every valid site renders", () => {
  const tried = new Map<string, number>();
  fc.assert(
    fc.property(siteFiles, (file) => {
      const site = acceptedSite(file);
      if (!site) return;
      for (const variant of new Set(variantsOf(site))) tried.set(variant, (tried.get(variant) ?? 0) + 1);
      expect(sharedPorts(site)).toEqual([]);
      const stack = stackOf({ site, secrets, digests });
      expect(unrendered(stack)).toEqual([]);
      expect(dangling(stack)).toEqual([]);
      expect(settingsIn(stack)).toEqual(settingsOf(site));
      expect(stack.services.map(({ key }) => key).sort()).toEqual(serviceKeys(site));
      expect(stack.images.map(({ name }) => name).sort()).toEqual(
        siteImages(site)
          .filter((name) => name !== "registry")
          .sort(),
      );
      for (const host of stack.hosts) {
        const { roles } = site.hosts.find(({ name }) => name === host.name)!;
        expect(placedOn(host, stack).sort()).toEqual(roles.flatMap((role) => servicesOf[role](host.name)).sort());
      }
    }),
    { numRuns: 3000, seed: 20261122 },
  );
  expect(variants.filter((variant) => (tried.get(variant) ?? 0) < 50)).toEqual([]);
});
