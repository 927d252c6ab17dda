import { loadSite } from "@barecast/site";
import { onIpv6 } from "../src/ipv6";
import { planned } from "../src/planned";
import { inNetwork, inService, openPorts } from "../src/scan";
import { Scene } from "../src/scene";
import { rangesOf, udpPorts } from "../src/udpScan";

// All 65,535 ports of the host, as they look from where people, neighbours and containers are: open is what the port plan says, and nothing else.
// The site of three hosts, which are open to each other for more: trio/openPorts.ts.
jest.setTimeout(30 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const plannedFor = (protocol: "tcp" | "udp", source: "anywhere" | "gatewayBridge") =>
  planned(loadSite(scene.site.barecast.siteFile), "one", protocol, source);

test("TCP: from a client's network, a neighbour host, a container with a way out and one without", async () => {
  const { site } = scene;
  const clients = await scene.clients();
  const [client, neighbour, signaling, parse] = await Promise.all([
    openPorts(inNetwork(clients), site.address),
    openPorts(inNetwork(site.about.network.name), site.address),
    openPorts(inService(site, "signaling"), site.address),
    openPorts(inService(site, "parse"), site.address),
  ]);
  expect({ client, neighbour, signaling, parse }).toEqual({
    client: plannedFor("tcp", "anywhere"),
    neighbour: plannedFor("tcp", "anywhere"),
    signaling: plannedFor("tcp", "gatewayBridge"),
    parse: [],
  });
  expect(client).toEqual([22, 80, 443]);
});

test("UDP: the same; what reaches no network is not sent at all", async () => {
  const { site } = scene;
  const [clients, target] = [await scene.clients(), { machine: site }];
  const found = {
    client: await udpPorts(inNetwork(clients), 20_001, target),
    neighbour: await udpPorts(inNetwork(site.about.network.name), 20_002, target),
    signaling: await udpPorts(inService(site, "signaling"), 20_003, target),
    parse: await udpPorts(inService(site, "parse"), 20_004, target),
  };
  const passed = rangesOf(plannedFor("udp", "anywhere"));
  expect(found).toEqual({
    client: { passed, failed: {} },
    neighbour: { passed, failed: {} },
    signaling: { passed: [], failed: {} },
    parse: { passed: [], failed: { ENETUNREACH: 65_535 } },
  });
  expect(passed).toEqual(["3478", "40000-41999"]);
});

// The networks of clients, hosts and containers have no IPv6 here. A host gets it by a network of its own, and a neighbour there asks; no rule of
// IPv6 looks at who asks, but for DHCPv6, whose answers (546/udp) come from link-local addresses: by that one port the scan of UDP is seen to see.
test("IPv6: a host that has it is open for SSH alone, and containers have no way there", async () => {
  const { site } = scene;
  const found = await onIpv6(site, async ({ network, address, linkLocal }) => ({
    tcp: await openPorts(inNetwork(network), address),
    udp: await udpPorts(inNetwork(network), 20_005, { machine: site, address }),
    udpLinkLocal: await udpPorts(inNetwork(network), 20_006, { machine: site, address: linkLocal }),
    signaling: await udpPorts(inService(site, "signaling"), 20_007, { machine: site, address }),
  }));
  expect(found).toEqual({
    tcp: [22],
    udp: { passed: [], failed: {} },
    udpLinkLocal: { passed: ["546"], failed: {} },
    signaling: { passed: [], failed: { EADDRNOTAVAIL: 65_535 } },
  });
});
