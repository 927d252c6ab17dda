import { parseSite, type Site } from "@barecast/site";
import fc from "fast-check";
import { exampleDigests as digests, exampleSecrets as secrets } from "./example";
import { overlaps, portPlan, serviceKeys, stackOf, type PortRow, type Stack } from "./index";

const replica = parseSite(
  "site: replica\ndomain: replica.localhost\nimages: packages\nhosts: {one: {machine: {}}}\n",
  "sites/replica.yaml",
);
const stackFor = (site: Site) => stackOf({ site, secrets, digests });
const text = (stack: Stack, key: string) => [...stack.configs, ...stack.secrets].find((file) => file.key === key)!.content;

test("coturn relays to the media servers only, and names no old option", () => {
  expect(text(stackFor(replica), "coturn-config")).toBe(`listening-ip=172.30.231.10
listening-port=3478
relay-ip=172.30.231.10
tcp-proxy-port=5350
min-port=41000
max-port=41999
realm=replica.localhost
use-auth-secret
static-auth-secret=<turnSecret>
fingerprint
stale-nonce=600
no-tcp-relay
no-multicast-peers
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
allowed-peer-ip=172.30.231.10
user-quota=16
total-quota=500
userdb=/tmp/turndb
pidfile=/tmp/turnserver.pid
log-file=stdout
simple-log
`);
});

test("services are called what the Stack calls them", () => {
  expect(serviceKeys(replica)).toEqual(
    stackFor(replica)
      .services.map(({ key }) => key)
      .sort(),
  );
});

test("a changed title is a new config of one service, and nothing else", () => {
  const [before, after] = [stackFor(replica), stackFor({ ...replica, console: { title: "Control" } })];
  const differing = after.services.filter((service, index) => JSON.stringify(service) !== JSON.stringify(before.services[index]));
  const names = (stack: Stack) => stack.configs.map(({ name }) => name);
  expect(differing).toEqual([]);
  expect(names(after).filter((name) => !names(before).includes(name))).toEqual([
    expect.stringMatching(/^replica-web-settings-[0-9a-f]{10}$/),
  ]);
});

test("a replica whose port on this computer is another one is reached at both, by pages and by TURN over TLS", () => {
  const stack = stackOf({ site: replica, secrets, digests, publicPort: 8443 });
  const origins = ["https://replica.localhost", "https://replica.localhost:8443"];
  expect(JSON.parse(text(stack, "parse-config"))).toMatchObject({ origins });
  expect(JSON.parse(text(stack, "signaling-config"))).toMatchObject({
    origins,
    turn: {
      urls: [
        "turn:turn.replica.localhost:3478?transport=udp",
        "turns:turn.replica.localhost:443?transport=tcp",
        "turns:turn.replica.localhost:8443?transport=tcp",
      ],
    },
  });
});

test("the official Kurento is one line of the site file, and one service of the Stack", () => {
  const file = "site: replica\ndomain: replica.localhost\nhosts: {one: {machine: {}}}\n";
  const [pocket, official] = [file, `${file}media: {server: kurento}\n`].map((lines) => stackFor(parseSite(lines, "sites/replica.yaml")));
  const differing = official!.services.filter((service, index) => JSON.stringify(service) !== JSON.stringify(pocket!.services[index]));
  expect(differing).toEqual([
    {
      ...pocket!.services.find(({ key }) => key === "media-one"),
      image: "kurento",
      command: ["/usr/bin/kurento-media-server"],
      args: [
        "--conf-file=/etc/barecast/kurento/kurento.conf.json",
        "--modules-config-path=/etc/kurento/modules:/etc/barecast/kurento/modules",
      ],
      env: { HOME: "/tmp", GST_DEBUG: "2", GST_DEBUG_NO_COLOR: "1" },
      configs: [
        { key: "media-one-kurento", path: "/etc/barecast/kurento/kurento.conf.json", uid: "52008", gid: "52008", mode: "0444" },
        {
          key: "media-one-rtp",
          path: "/etc/barecast/kurento/modules/kurento/BaseRtpEndpoint.conf.ini",
          uid: "52008",
          gid: "52008",
          mode: "0444",
        },
        {
          key: "media-one-webrtc",
          path: "/etc/barecast/kurento/modules/kurento/WebRtcEndpoint.conf.ini",
          uid: "52008",
          gid: "52008",
          mode: "0444",
        },
      ],
      labels: { "barecast.site": "replica", "barecast.service": "media-one", "barecast.version": "7.3.0" },
      healthcheck: {
        test: ["CMD", "/bin/bash", "-c", expect.stringContaining(" http://172.30.231.10:8888/kurento); [[ $code == 500 ]]")],
        intervalMs: 30_000,
        timeoutMs: 10_000,
        retries: 3,
        startPeriodMs: 70_000,
      },
      memoryBytes: 2 * 1024 ** 3,
    },
  ]);
  expect(text(official!, "media-one-rtp")).toBe("minPort=40000\nmaxPort=40999\n");
  expect(text(official!, "media-one-webrtc")).toBe("externalIPv4=172.30.231.10\niceTcp=0\n");
  expect(JSON.parse(text(official!, "media-one-kurento"))).toEqual({
    mediaServer: {
      resources: { exceptionLimit: "0.8", garbageCollectorPeriod: 240 },
      net: { websocket: { address: "172.30.231.10", port: 8888, path: "kurento", threads: 10 } },
    },
  });
  expect(official!.images.map(({ name }) => name)).toEqual(pocket!.images.map(({ name }) => (name === "media" ? "kurento" : name)));
});

test("the longest names that a site may have are not too long for Docker, and differ", () => {
  const [site, host, camera] = ["s".repeat(20), "h".repeat(31), "c".repeat(30)];
  const cameras = ["1", "2"].map((end) => `${camera}${end}: {url: "rtsp://10.0.9.11/main", username: viewer, passwordSecret: gate}`);
  const file = `site: ${site}\ndomain: replica.localhost\nhosts: {${host}: {machine: {}}}\nmedia: {server: kurento}\ncameras: {${cameras.join(", ")}}\n`;
  const { services, secrets: files, configs } = stackFor(parseSite(file, "sites/x.yaml"));
  const [ofServices, ofFiles] = [services, [...files, ...configs]].map((all) => all.map(({ name }) => name));
  expect(Math.max(...ofServices!.map((name) => name.length))).toBe(63);
  expect(Math.max(...ofFiles!.map((name) => name.length))).toBe(64);
  expect(new Set(ofFiles).size).toBe(ofFiles!.length);
});

test("a secret's name tells nothing of it without the site's key", () => {
  const other = stackOf({ site: replica, secrets: { ...secrets, namingKey: "another" }, digests });
  const names = (stack: Stack) => stack.secrets.map(({ name }) => name);
  expect(names(other).filter((name) => names(stackFor(replica)).includes(name))).toEqual([]);
});

test("no secret stands in an environment, a label, an argument or a config", () => {
  const { services, configs } = stackFor(replica);
  const open = JSON.stringify([services, configs]);
  expect(Object.values(secrets).filter((value) => typeof value === "string" && open.includes(value))).toEqual([]);
});

test("whatever publishes a port, uses the host's network or a host's folder updates stop-first", () => {
  const bound = stackFor(replica).services.filter(
    ({ ports, networks, binds }) => ports.length > 0 || networks === "host" || binds.length > 0,
  );
  expect(bound.map(({ key, update }) => [key, update])).toEqual([
    ["socketproxy", "stop-first"],
    ["traefik", "stop-first"],
    ["coturn", "stop-first"],
    ["media-one", "stop-first"],
    ["postgres", "stop-first"],
    ["recordings-one", "stop-first"],
  ]);
});

test("what each host with a role has one of, has no two on one of several, and then stops before it starts", () => {
  const of = (site: Site) =>
    stackFor(site)
      .services.filter(({ key }) => ["parse", "signaling", "web"].includes(key))
      .map(({ key, replicas, maxPerHost, update }) => [key, replicas, maxPerHost, update].join(" "));
  expect(of(replica)).toEqual(["parse 1 0 start-first", "signaling 1 0 start-first", "web 1 0 start-first"]);
  const trio = parseSite(
    `site: trio\ndomain: trio.localhost\nhosts: {one: {machine: {}, roles: [manager, edge, turn]}, two: {machine: {}, roles: [media, apps]}, three: {machine: {}, roles: [media, apps, store]}}\n`,
    "sites/trio.yaml",
  );
  expect(of(trio)).toEqual(["parse 2 1 stop-first", "signaling 2 1 stop-first", "web 2 1 stop-first"]);
});

test("a camera whose password isn't there is refused with what to do", () => {
  const site: Site = {
    ...replica,
    cameras: [{ name: "yard", title: "Yard", url: "rtsp://10.0.0.9/1", username: "me", passwordSecret: "yard", record: true }],
  };
  expect(() => stackFor(site)).toThrow(
    'cameras.yard.passwordSecret: Expected a secret of the site, found "yard". Set it: ./barecast secrets set yard',
  );
});

test("media servers are asked, and coturn is handed connections, by containers of their host, and by the site's other hosts where there are any", () => {
  const sourcesOf = (site: Site) =>
    Object.fromEntries(
      [site.ports.mediaControl, site.ports.turnProxy].map((port) => [
        port,
        portPlan(site)
          .filter(({ from }) => from === port)
          .map(({ source }) => source),
      ]),
    );
  expect(sourcesOf(replica)).toEqual({ 8888: ["gatewayBridge"], 5350: ["gatewayBridge"] });
  const pair = parseSite(
    `site: pair\ndomain: pair.localhost\nhosts: {one: {machine: {}, roles: [manager, edge, apps, store]}, two: {machine: {}, roles: [turn, media]}}\n`,
    "sites/pair.yaml",
  );
  expect(sourcesOf(pair)).toEqual({ 8888: ["gatewayBridge", "hosts"], 5350: ["gatewayBridge", "hosts"] });
  expect(overlaps(portPlan(pair))).toEqual([]);
});

test("property: no valid site gives two rows of its plan one port", () => {
  const port = fc.integer({ min: 1024, max: 39_999 });
  const ports = fc
    .uniqueArray(port, { minLength: 6, maxLength: 6 })
    .map(([http, https, turn, registry, mediaControl, turnProxy]) => ({ http, https, turn, registry, mediaControl, turnProxy }));
  fc.assert(
    fc.property(ports, (chosen) => {
      let site: Site;
      try {
        site = parseSite(`site: s\ndomain: s.localhost\nhosts: {one: {machine: {}}}\nports: ${JSON.stringify(chosen)}\n`, "x");
      } catch {
        return true; // Refused: a port of the hosts themselves.
      }
      return overlaps(portPlan(site)).length === 0 && stackFor(site).services.length === 10;
    }),
  );
});

test("rows of the port plan that need the same port of a host are found, by whole ranges and by protocol", () => {
  const row = (service: string, protocol: "tcp" | "udp", from: number, to = from): PortRow => ({
    ...{ service, role: "edge", by: "host", protocol, from, to, source: "anywhere", purpose: service },
  });
  const met = (...rows: PortRow[]) => overlaps(rows).map((pair) => pair.map(({ service }) => service).join(" and "));
  expect(met(row("a", "tcp", 443), row("b", "tcp", 443))).toEqual(["a and b"]);
  expect(met(row("a", "udp", 40_000, 40_999), row("b", "udp", 40_999, 41_999), row("c", "udp", 41_999))).toEqual(["a and b", "b and c"]);
  expect(met(row("a", "tcp", 7946), row("b", "udp", 7946), row("c", "tcp", 7947))).toEqual([]);
  // One port of one service, open to two sources.
  expect(met(row("a", "tcp", 443), row("a", "tcp", 443))).toEqual([]);
});
