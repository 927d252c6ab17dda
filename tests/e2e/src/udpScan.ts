import type { ClientNetwork } from "./networks";
import { inNetwork } from "./scan";
import type { SiteUnderTest } from "./site";

/** What became of one packet to each of 65,535 ports. */
export interface UdpScan {
  /** Ports to which the host's firewall let it through, as ranges: `3478`, `40000-40999`. */
  readonly passed: readonly string[];
  /** Packets that could not be sent, by the kernel's code. */
  readonly failed: Readonly<Record<string, number>>;
}

/** Sends a packet to each UDP port of an address from one port of its own, evenly: what comes too fast is lost on the way. Prints what failed. */
const program = `
const [address, from] = process.argv.slice(1), failed = {};
const socket = require("node:dgram").createSocket("udp4");
const send = (port) => new Promise((resolve) => socket.send("barecast", port, address, (error) => {
  if (error) failed[error.code] = (failed[error.code] ?? 0) + 1;
  resolve();
}));
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
socket.bind(Number(from), async () => {
  for (let port = 1; port <= 65535; port++) { await send(port); if (port % 100 === 0) await pause(); }
  socket.close();
  console.log(JSON.stringify(failed));
});
`;

/** From a network: a client's, or that of the site's hosts, whose neighbour the sender then is. */
export const udpPortsFrom = (network: ClientNetwork | string, site: SiteUnderTest, fromPort: number): Promise<UdpScan> =>
  scan(site, fromPort, (...args) => inNetwork(network, program, ...args));

/** From a service's container, which must have Node. */
export const udpPortsFromService = (key: string, site: SiteUnderTest, fromPort: number): Promise<UdpScan> =>
  scan(site, fromPort, (...args) => site.insideService(key, "node", "-e", program, ...args));

/**
 * The kernel writes a connection into its table when the packet has passed the last of the firewall's rules, whether somebody listens or not:
 * what can't be seen from outside (UDP gives no answer) is read there, by the sender's port, which nobody else has.
 */
async function scan(site: SiteUnderTest, fromPort: number, send: (...args: string[]) => Promise<string>): Promise<UdpScan> {
  const address = site.up.machineAddress;
  return rememberingUnanswered(site, async () => {
    const failed = JSON.parse(await send(address, String(fromPort))) as Record<string, number>;
    return { passed: rangesOf(passedPorts(await site.inside("cat", "/proc/net/nf_conntrack"), address, fromPort)), failed };
  });
}

/** The kernel forgets a packet that nobody answers after half a minute, within which a busy computer does not send them all. */
async function rememberingUnanswered<T>(site: SiteUnderTest, work: () => Promise<T>): Promise<T> {
  const setting = "net.netfilter.nf_conntrack_udp_timeout";
  const usual = (await site.inside("sysctl", "-n", setting)).trim();
  await site.inside("sysctl", "-w", `${setting}=600`);
  try {
    return await work();
  } finally {
    await site.inside("sysctl", "-w", `${setting}=${usual}`);
  }
}

/** Ports of an address that a sender's packets reached, by the kernel's table of connections. */
export function passedPorts(table: string, address: string, fromPort: number): number[] {
  const rows = table.matchAll(/^ipv4 +2 udp .*? src=\S+ dst=(\S+) sport=(\d+) dport=(\d+)/gm);
  return [...rows].flatMap(([, to, from, port]) => (to === address && Number(from) === fromPort ? [Number(port)] : []));
}

/** `[1, 2, 3, 7]` → `["1-3", "7"]` */
export function rangesOf(ports: readonly number[]): string[] {
  const all = new Set(ports);
  const sorted = [...all].sort((a, b) => a - b);
  const starts = sorted.filter((port) => !all.has(port - 1));
  const ends = sorted.filter((port) => !all.has(port + 1));
  return starts.map((from, index) => (from === ends[index] ? `${from}` : `${from}-${ends[index]}`));
}
