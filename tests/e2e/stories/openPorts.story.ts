import { portPlan, type PortRow } from "@barecast/stack";
import { loadSite } from "@barecast/site";
import { openPortsFrom, openPortsFromService } from "../src/scan";
import { Scene } from "../src/scene";

// All 65,535 TCP ports of the host, as they look from where people, neighbours and containers are: open is what the port plan says, and nothing else.
jest.setTimeout(30 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

test("from a client's network, a neighbour host, a container with a way out and one without", async () => {
  const { site } = scene;
  const clients = await scene.clients();
  const address = site.up.machineAddress;
  const [client, neighbour, signaling, parse] = await Promise.all([
    openPortsFrom(clients, address),
    openPortsFrom(site.about.network.name, address),
    openPortsFromService(site, "signaling", address),
    openPortsFromService(site, "parse", address),
  ]);
  const rows = portPlan(loadSite(site.barecast.siteFile)).filter(({ protocol, from, to }) => protocol === "tcp" && from === to);
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
