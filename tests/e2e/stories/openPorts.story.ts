import { portPlan, type PortRow } from "@barecast/stack";
import { loadSite } from "@barecast/site";
import { onIpv6 } from "../src/ipv6";
import { openPortsFrom, openPortsFromService } from "../src/scan";
import { Scene } from "../src/scene";
import { rangesOf, udpPortsFrom, udpPortsFromService } from "../src/udpScan";

// All 65,535 ports of the host, as they look from where people, neighbours and containers are: open is what the port plan says, and nothing else.
jest.setTimeout(30 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const planOf = (protocol: PortRow["protocol"]) =>
  portPlan(loadSite(scene.site.barecast.siteFile)).filter((row) => row.protocol === protocol);

test("TCP: from a client's network, a neighbour host, a container with a way out and one without", async () => {
  const { site } = scene;
  const clients = await scene.clients();
  const address = site.up.machineAddress;
  const [client, neighbour, signaling, parse] = await Promise.all([
    openPortsFrom(clients, address),
    openPortsFrom(site.about.network.name, address),
    openPortsFromService(site, "signaling", address),
    openPortsFromService(site, "parse", address),
  ]);
  const rows = planOf("tcp").filter(({ from, to }) => from === to);
  const planned = (source: PortRow["source"]) =>
    [...new Set(rows.filter((row) => row.source === source).map(({ from }) => from))].sort((a, b) => a - b);
  expect({ client, neighbour, signaling, parse }).toEqual({
    client: planned("anywhere"),
    neighbour: planned("anywhere"),
    signaling: planned("gatewayBridge"),
    parse: [],
  });
  expect(client).toEqual([22, 80, 443]);
});

test("UDP: the same; what reaches no network is not sent at all", async () => {
  const { site } = scene;
  const clients = await scene.clients();
  const found = {
    client: await udpPortsFrom(clients, site, 20_001),
    neighbour: await udpPortsFrom(site.about.network.name, site, 20_002),
    signaling: await udpPortsFromService("signaling", site, 20_003),
    parse: await udpPortsFromService("parse", site, 20_004),
  };
  const planned = planOf("udp")
    .filter(({ source }) => source === "anywhere")
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
  expect(found).toEqual({
    client: { passed: rangesOf(planned), failed: {} },
    neighbour: { passed: rangesOf(planned), failed: {} },
    signaling: { passed: [], failed: {} },
    parse: { passed: [], failed: { ENETUNREACH: 65_535 } },
  });
  expect(rangesOf(planned)).toEqual(["3478", "40000-41999"]);
});

test("IPv6: a host that has it is open for SSH alone", async () => {
  const { machine } = scene.site.about;
  const found = await onIpv6(machine, ({ network, address }) => openPortsFrom(network, address));
  expect(found).toEqual([22]);
});
