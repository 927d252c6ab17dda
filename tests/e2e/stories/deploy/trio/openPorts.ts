import { loadSite } from "@barecast/site";
import type { ClientNetwork } from "../../../src/networks";
import { planned, type Source } from "../../../src/planned";
import { inHost, inNetwork, inService, openPorts, type Vantage } from "../../../src/scan";
import { Scene } from "../../../src/scene";
import { threeHosts, type ThreeHosts } from "../../../src/threeHosts";
import { rangesOf, udpPorts } from "../../../src/udpScan";

/** Each host's open ports, from wherever somebody may ask, are the port plan's. */
export function openPortsAreThePlans(trio: () => ThreeHosts): void {
  let scene: Scene;
  let clients: ClientNetwork;
  let fromPort = 20_000;
  beforeAll(async () => {
    scene = Scene.around(trio().site);
    clients = await scene.clients();
  });
  afterAll(() => scene?.close());

  const plannedFor = (host: string, ...sources: readonly Source[]) => {
    const site = loadSite(trio().site.barecast.siteFile);
    const passed = rangesOf(planned(site, host, "udp", ...sources));
    return { tcp: planned(site, host, "tcp", ...sources), udp: { passed, failed: {} } };
  };
  const scanned = async (from: Vantage, host: string) => {
    const machine = trio().site.on(host);
    const tcp = await openPorts(from, machine.address);
    return { tcp, udp: await udpPorts(from, ++fromPort, { machine }) };
  };

  test.each(threeHosts)("of %s, from a client's network", async (host) => {
    expect(await scanned(inNetwork(clients), host)).toEqual(plannedFor(host, "anywhere"));
  });

  test.each(threeHosts)("of %s, from the other hosts", async (host) => {
    for (const other of threeHosts.filter((each) => each !== host))
      expect({ other, found: await scanned(inHost(trio().site.on(other)), host) }).toEqual({
        other,
        found: plannedFor(host, "anywhere", "hosts"),
      });
  });

  // What containers send to another host has their own host's address there: they are neighbours, as that host is.
  test.each(threeHosts)("of %s, from containers with a way out", async (host) => {
    for (const other of ["two", "three"])
      expect({ other, found: await scanned(inService(trio().site.on(other), "signaling"), host) }).toEqual({
        other,
        found: other === host ? plannedFor(host, "gatewayBridge") : plannedFor(host, "anywhere", "hosts"),
      });
  });

  test.each(threeHosts)("of %s, from a container without a way out: none", async (host) => {
    const found = await scanned(inService(trio().site.on("three"), "parse"), host);
    expect(found).toEqual({ tcp: [], udp: { passed: [], failed: { ENETUNREACH: 65_535 } } });
  });
}
