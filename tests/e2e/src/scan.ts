import { testImages } from "./images";
import type { ClientNetwork } from "./networks";
import { NodeContainer } from "./nodeContainer";
import { sessionLabels } from "./session";
import type { SiteMachine } from "./site";

/** From where ports are tried: runs a program of Node's there. @returns what it prints */
export type Vantage = (source: string, ...args: readonly string[]) => Promise<string>;

export const allPorts = "1-65535";

/** In a program: the ports of a text as {@link allPorts}, or `22,3478,40000-40999`. */
export const portsOf = `((text) => text.split(",").flatMap((range) => {
  const [from, to = from] = range.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}))`;

/**
 * Tries TCP ports of an address, and prints those that accept a connection. Firewalls drop: a port that is silent is closed, when its first
 * packet was sent again (after a second) without an answer. Tries begin evenly, for a burst of packets is lost on the way. What tells nothing of
 * the port, as a lack of sockets here, ends the scan.
 */
const program = `
const net = require("node:net");
const [address, text] = process.argv.slice(1), open = [], ports = ${portsOf}(text);
const closed = ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];
let next = 0;
const probe = (port) => new Promise((resolve) => {
  const socket = net.connect({ host: address, port, timeout: 2500 });
  const end = (isOpen) => { if (isOpen) open.push(port); socket.destroy(); resolve(); };
  socket.once("connect", () => end(true)).once("timeout", () => setImmediate(end, false)); // what came meanwhile is heard first
  socket.once("error", (error) => { if (!closed.includes(error.code)) throw error; end(false); });
});
const worker = async (_, place) => { await new Promise((resolve) => setTimeout(resolve, place / 2)); while (next < ports.length) await probe(ports[next++]); };
Promise.all(Array.from({ length: 5000 }, worker)).then(() => console.log(JSON.stringify(open.sort((a, b) => a - b))));
`;

/** The open TCP ports of an address, as somebody sees them. */
export const openPorts = async (from: Vantage, address: string, ports = allPorts): Promise<number[]> =>
  JSON.parse(await from(program, address, ports)) as number[];

/** In a service's container, which must have Node. */
export const inService =
  (machine: SiteMachine, key: string): Vantage =>
  (source, ...args) =>
    machine.insideService(key, "node", "-e", source, ...args);

/** In a host of the site itself: what is sent has its address. */
export const inHost = ({ container }: SiteMachine): Vantage => inNetwork(`container:${container}`);

/** In a container of its own in a network: a client's, or that of the site's hosts, whose neighbour it then is. */
export const inNetwork =
  (network: ClientNetwork | string): Vantage =>
  async (source, ...args) => {
    const { reaper } = await testImages();
    const container = await new NodeContainer(reaper)
      .withLabels({ ...(await sessionLabels()), "org.testcontainers.ryuk": "false" })
      .withEntrypoint(["/usr/bin/sleep", "600"])
      .withNetworkMode(typeof network === "string" ? network : network.name)
      .start();
    try {
      if (typeof network !== "string") await network.admit(container.getId());
      const { exitCode, output } = await container.exec(["/usr/local/bin/node", "-e", source, ...args]);
      if (exitCode !== 0) throw new Error(`The scan ended with ${exitCode}: ${output.trim()}`);
      return output;
    } finally {
      await container.stop({ timeout: 0 });
    }
  };
