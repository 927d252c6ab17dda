import { allPorts, portsOf, type Vantage } from "./scan";
import type { SiteMachine } from "./site";

/** What became of one packet to each port. */
export interface UdpScan {
  /** Ports to which the host's firewall let it through, as ranges: `3478`, `40000-40999`. */
  readonly passed: readonly string[];
  /** Packets that could not be sent, by the kernel's code. */
  readonly failed: Readonly<Record<string, number>>;
}

/**
 * Sends a packet to each UDP port of an address from one port of its own, evenly: what comes too fast is lost on the way. Prints what failed.
 * Nothing is sent from an IPv6 address while the kernel asks whether somebody else has it (tentative, RFC 4862, 5.4): that is waited for.
 */
const program = `
const [address, from, text] = process.argv.slice(1), failed = {};
const isIpv6 = address.includes(":");
const socket = require("node:dgram").createSocket(isIpv6 ? "udp6" : "udp4");
const send = (port) => new Promise((resolve) => socket.send("barecast", port, address, (error) => {
  if (error) failed[error.code] = (failed[error.code] ?? 0) + 1;
  resolve();
}));
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
const isTentative = () => isIpv6 && require("node:fs").readFileSync("/proc/net/if_inet6", "utf8").split("\\n").some((line) => parseInt(line.split(/ +/)[4], 16) & 0x40);
socket.bind(Number(from), async () => {
  while (isTentative()) await pause();
  for (const [place, port] of ${portsOf}(text).entries()) { await send(port); if (place % 100 === 99) await pause(); }
  socket.close();
  console.log(JSON.stringify(failed));
});
`;

/** Who and where a scan is of: the machine is looked into, its address (another one of its own, when that is asked for) is sent to. */
export interface UdpTarget {
  readonly machine: SiteMachine;
  /** IPv6 link-local: with the sender's interface, `fe80::1%eth0`. */
  readonly address?: string;
  readonly ports?: string;
}

/**
 * The UDP ports of a machine that somebody's packets reach. The kernel writes a connection into its table when the packet has passed the last of
 * the firewall's rules, whether somebody listens or not: what can't be seen from outside (UDP gives no answer) is read there, by the sender's
 * port, which nobody else has. Media's packets are otherwise not written there: that rule, which lets nothing in and keeps nothing out, is away
 * for as long.
 */
export function udpPorts(
  from: Vantage,
  fromPort: number,
  { machine, address = machine.address, ports = allPorts }: UdpTarget,
): Promise<UdpScan> {
  return rememberingUnanswered(machine, () =>
    followingAll(machine, async () => {
      const failed = JSON.parse(await from(program, address, String(fromPort), ports)) as Record<string, number>;
      return { passed: rangesOf(passedPorts(await machine.inside("cat", "/proc/net/nf_conntrack"), address, fromPort)), failed };
    }),
  );
}

async function followingAll<T>(machine: SiteMachine, work: () => Promise<T>): Promise<T> {
  const rule = ["-j", "BARECAST-ARRIVING"];
  await machine.inside("iptables", "-t", "raw", "-D", "PREROUTING", ...rule);
  try {
    return await work();
  } finally {
    await machine.inside("iptables", "-t", "raw", "-I", "PREROUTING", "1", ...rule);
  }
}

/** The kernel forgets a packet that nobody answers after half a minute, within which a busy computer does not send them all. */
async function rememberingUnanswered<T>(machine: SiteMachine, work: () => Promise<T>): Promise<T> {
  const setting = "net.netfilter.nf_conntrack_udp_timeout";
  const usual = (await machine.inside("sysctl", "-n", setting)).trim();
  await machine.inside("sysctl", "-w", `${setting}=600`);
  try {
    return await work();
  } finally {
    await machine.inside("sysctl", "-w", `${setting}=${usual}`);
  }
}

/** Ports of an address that a sender's packets reached, by the kernel's table of connections. */
export function passedPorts(table: string, address: string, fromPort: number): number[] {
  const wanted = asInTable(address);
  const rows = table.matchAll(/^ipv[46] +\d+ udp .*? src=\S+ dst=(\S+) sport=(\d+) dport=(\d+)/gm);
  return [...rows].flatMap(([, to, from, port]) => (to === wanted && Number(from) === fromPort ? [Number(port)] : []));
}

/** IPv6 as the kernel's tables have it, without abbreviation: `fe80::1%eth0` → `fe80:0000:0000:0000:0000:0000:0000:0001`. */
export function asInTable(address: string): string {
  if (!address.includes(":")) return address;
  const [before = [], after = []] = address
    .split("%")[0]!
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(":");
}

/** `[1, 2, 3, 7]` → `["1-3", "7"]` */
export function rangesOf(ports: readonly number[]): string[] {
  const all = new Set(ports);
  const sorted = [...all].sort((a, b) => a - b);
  const starts = sorted.filter((port) => !all.has(port - 1));
  const ends = sorted.filter((port) => !all.has(port + 1));
  return starts.map((from, index) => (from === ends[index] ? `${from}` : `${from}-${ends[index]}`));
}
