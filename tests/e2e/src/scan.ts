import { testImages } from "./images";
import type { ClientNetwork } from "./networks";
import { NodeContainer } from "./nodeContainer";
import { sessionLabels } from "./session";
import type { SiteUnderTest } from "./site";

/**
 * Tries every TCP port of an address, and prints those that accept a connection. Firewalls drop: a port that is silent is closed, when its first
 * packet was sent again (after a second) without an answer. Tries begin evenly, for a burst of packets is lost on the way. What tells nothing of
 * the port, as a lack of sockets here, ends the scan.
 */
const program = `
const net = require("node:net");
const address = process.argv[1], open = [];
const closed = ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];
let next = 1;
const probe = (port) => new Promise((resolve) => {
  const socket = net.connect({ host: address, port, timeout: 2500 });
  const end = (isOpen) => { if (isOpen) open.push(port); socket.destroy(); resolve(); };
  socket.once("connect", () => end(true)).once("timeout", () => setImmediate(end, false)); // what came meanwhile is heard first
  socket.once("error", (error) => { if (!closed.includes(error.code)) throw error; end(false); });
});
const worker = async (_, place) => { await new Promise((resolve) => setTimeout(resolve, place / 2)); while (next <= 65535) await probe(next++); };
Promise.all(Array.from({ length: 5000 }, worker)).then(() => console.log(JSON.stringify(open.sort((a, b) => a - b))));
`;

/** The site's open TCP ports as somebody sees them in a network: a client's, or that of the site's hosts, whose neighbour they then are. */
export const openPortsFrom = async (network: ClientNetwork | string, address: string): Promise<number[]> =>
  JSON.parse(await inNetwork(network, program, address)) as number[];

/** The same as a service's container sees them, which must have Node. */
export const openPortsFromService = async (site: SiteUnderTest, key: string, address: string): Promise<number[]> =>
  JSON.parse(await site.insideService(key, "node", "-e", program, address)) as number[];

/** Runs a program of Node's in a container of a network. @returns what it prints */
export async function inNetwork(network: ClientNetwork | string, source: string, ...args: readonly string[]): Promise<string> {
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
}
