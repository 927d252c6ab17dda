import type { TurnProtocol } from "werift";
import { askPermission, askRelay, giveBack, guestOf, openRelay, openRelayByTls, tlsEndpointOf, type Guest } from "../src/relay";
import { Running } from "../src/running";
import { sharedSite } from "../src/sharedSite";
import type { SiteUnderTest } from "../src/site";
import { allocations } from "../src/turn";
import { until } from "../src/until";

// Whoever has TURN credentials, which every client is given, reaches media servers' ports through coturn, and nothing else.
jest.setTimeout(30 * 60_000);

let site: SiteUnderTest;
let guest: Guest;
beforeAll(async () => {
  site = await sharedSite();
  guest = guestOf((await site.barecast.secrets()).turnSecret);
});
// A relay whose packet was refused stays for a minute after it was given back: other stories count them.
afterAll(async () => {
  await site.killService("coturn");
  const answers = async () => giveBack(await openRelay(site.up.machineAddress, guest)).then(() => null);
  await until("coturn is there again", answers, { withinMs: 120_000, everyMs: 1000 });
  const held = async () => ((await allocations(site)) === 0 ? null : "A relay is held");
  await until("No relay is held", held, { withinMs: 60_000, everyMs: 500 });
});

/** Address of a service's container in the site's own networks. */
async function inside(key: string): Promise<string> {
  const addresses = await site.inside(
    "docker",
    "inspect",
    "--format",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}",
    await site.containerOf(key),
  );
  return addresses.trim().split(" ").at(-1)!;
}

/** Listens on UDP ports of the machine, outside of any container, and prints the port of each packet; one to the last port ends it. */
const listener = (address: string, ports: readonly number[]) => `
import select, socket, sys
sockets = {}
for port in (${ports.join(", ")}):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("${address}", port))
    sockets[s] = port
print("listening", flush=True)
while True:
    for s in select.select(list(sockets), [], [])[0]:
        s.recv(2048)
        print("port", sockets[s], flush=True)
        if sockets[s] == ${ports.at(-1)}:
            sys.exit()
`;

const legs: readonly (readonly [leg: string, open: () => Promise<TurnProtocol>])[] = [
  ["UDP", () => openRelay(site.up.machineAddress, guest)],
  ["TLS", () => openRelayByTls(tlsEndpointOf(site), guest)],
];

describe.each(legs)("a client that comes by %s", (_leg, open) => {
  let relay: TurnProtocol;
  beforeEach(async () => {
    relay = await open();
  });
  afterEach(() => giveBack(relay));

  test("permissions are given for the media servers alone", async () => {
    const { machineAddress } = site.up;
    const gateway = machineAddress.replace(/\d+$/, "1");
    const refused = {
      loopback: ["127.0.0.1", "127.1.2.3", "::1"],
      "this host": ["0.0.0.0", "::"],
      "link-local": ["169.254.169.254", "fe80::1"],
      "Docker's networks": ["172.17.0.1", "10.232.0.1", await inside("parse"), await inside("web")],
      database: [await inside("postgres")],
      "the computer around the machine": [gateway],
      "elsewhere, multicast, broadcast": ["192.0.2.1", "224.0.0.1", "255.255.255.255", "2001:db8::1"],
      mapped: ["::ffff:127.0.0.1", `::ffff:${machineAddress}`],
      "6to4 and NAT64": ["2002:7f00:1::1", "64:ff9b::7f00:1"],
    };
    for (const [what, peers] of Object.entries(refused))
      for (const peer of peers) {
        const answer = await askPermission(relay, peer);
        expect({ what, peer, answer }).toEqual({ what, peer, answer: peer.includes(":") ? 443 : 403 });
      }
    expect(await askPermission(relay, machineAddress)).toBe("granted");
  });

  test("of the media servers' host a relay reaches the media ports, and no other: coturn's own packets end in the firewall", async () => {
    const { machineAddress } = site.up;
    // Among them PostgreSQL's, Kurento's, and the one by which Traefik speaks to coturn.
    const [inRange, outside] = [40_999, [53, 4790, 5350, 5432, 8888, 39_999, 42_000, 45_000]];
    const program = listener(machineAddress, [...outside, inRange]);
    const listening = new Running(["docker", "exec", "-i", site.about.machine, "timeout", "60", "python3", "-uc", program]);
    await listening.says(/listening/, 30_000);
    // What is refused to a socket may end its session: each port by a relay of its own.
    for (const port of outside) {
      const other = await open();
      await other.sendData(Buffer.from("nobody asked"), [machineAddress, port]);
      await giveBack(other);
    }
    await relay.sendData(Buffer.from("media"), [machineAddress, inRange]);
    expect((await listening.ended).output.match(/port \d+/g)).toEqual([`port ${inRange}`]);
  });
});

test("there is no relay for TCP, by which Kurento's control port or a database could be had", async () => {
  const endpoint = tlsEndpointOf(site);
  expect(await askRelay(endpoint, guest, { carrying: "udp" })).toBe("granted");
  expect(await askRelay(endpoint, guest, { carrying: "tcp" })).toBe(442);
});

test("there is no relay with an IPv6 address, without which no IPv6 peer can be named, in whatever form", async () => {
  const endpoint = tlsEndpointOf(site);
  expect(await askRelay(endpoint, guest, { family: "IPv4" })).toBe("granted");
  expect(await askRelay(endpoint, guest, { family: "IPv6" })).toBe(440);
});

test("credentials are asked for, and those that ended, or that somebody else made, are refused", async () => {
  const [endpoint, { turnSecret }] = [tlsEndpointOf(site), await site.barecast.secrets()];
  const ask = (who: Guest | null) => askRelay(endpoint, who);
  expect({
    "a client": await ask(guestOf(turnSecret)),
    "a client of a minute ago": await ask(guestOf(turnSecret, -60)),
    "by another secret": await ask(guestOf(`${turnSecret}x`)),
    "with more time than was given": await ask({ ...guestOf(turnSecret, -60), username: guestOf(turnSecret).username }),
    nobody: await ask(null),
  }).toEqual({
    "a client": "granted",
    "a client of a minute ago": 401,
    "by another secret": 401,
    "with more time than was given": 401,
    nobody: 401,
  });
});
