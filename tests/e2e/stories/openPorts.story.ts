import { portPlan, type PortRow } from "@barecast/stack";
import { loadSite } from "@barecast/site";
import { clientNetwork, type ClientNetwork } from "../src/networks";
import { openPortsFrom, openPortsFromService } from "../src/scan";
import { sharedSite } from "../src/sharedSite";
import type { SiteUnderTest } from "../src/site";

// All 65,535 TCP ports of the host, as they look from where people, neighbours and containers are: open is what the port plan says, and nothing else.
jest.setTimeout(30 * 60_000);

let site: SiteUnderTest;
let clients: ClientNetwork;
beforeAll(async () => {
  site = await sharedSite();
  clients = await clientNetwork(site.about.network);
});
afterAll(() => clients?.remove());

test("from a client's network, a neighbour host, a container with a way out and one without", async () => {
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
