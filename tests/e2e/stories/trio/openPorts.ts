import { loadSite } from "@barecast/site";
import type { ClientNetwork } from "../../src/networks";
import { planned, type Source } from "../../src/planned";
import { inHost, inNetwork, inService, openPorts, type Vantage } from "../../src/scan";
import { Scene } from "../../src/scene";
import { threeHosts, type ThreeHosts } from "../../src/threeHosts";
import { rangesOf, udpPorts } from "../../src/udpScan";

/**
 * What listens on a host of such a site, and what others often do: SSH, DNS, RPC, databases, Docker and its swarm, the ports of our services inside
 * their containers, Prometheus, all that TURN and media may have, and both ends of it.
 */
const likely =
  "21-23,25,53,67-69,80,111,123,135-139,161,443,445,546,631,873,1337,2049,2375-2380,2746,3000,3306,3389,3478-3479,4040,4243,4789-4790,5000-5001," +
  "5349-5350,5353,5355,5432,5672,6379,6443,7946,8000,8080-8090,8433,8443,8554,8888-8889,9000,9090-9100,9323,10250,11211,27017,39999-42000,51820";

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
  const scanned = async (from: Vantage, host: string, ports?: string) => {
    const machine = trio().site.on(host);
    const tcp = openPorts(from, machine.address, ports);
    // All ports of both at once would be more connections than the kernel's table holds.
    if (ports === undefined) await tcp;
    const udp = udpPorts(from, ++fromPort, { machine, ports });
    // Both end, whatever the other comes to: a scan changes rules of the host for as long.
    await Promise.allSettled([tcp, udp]);
    return { tcp: await tcp, udp: await udp };
  };

  test.each(threeHosts)("all 65,535 of %s, from a client's network", async (host) => {
    expect(await scanned(inNetwork(clients), host)).toEqual(plannedFor(host, "anywhere"));
  });

  test.each(threeHosts)("of %s, from the other hosts", async (host) => {
    for (const other of threeHosts.filter((each) => each !== host))
      expect({ other, found: await scanned(inHost(trio().site.on(other)), host, likely) }).toEqual({
        other,
        found: plannedFor(host, "anywhere", "hosts"),
      });
  });

  // What containers send to another host has their own host's address there: their own keeps from them what hosts have among themselves.
  test.each(threeHosts)("of %s, from containers with a way out", async (host) => {
    for (const other of ["two", "three"])
      expect({ other, found: await scanned(inService(trio().site.on(other), "signaling"), host, likely) }).toEqual({
        other,
        found: other === host ? plannedFor(host, "gatewayBridge") : plannedFor(host, "anywhere", "gatewayBridge"),
      });
  });

  test.each(threeHosts)("of %s, from a container without a way out: none", async (host) => {
    const found = await scanned(inService(trio().site.on("three"), "parse"), host, likely);
    expect(found).toEqual({ tcp: [], udp: { passed: [], failed: { ENETUNREACH: expect.any(Number) as number } } });
  });
}
