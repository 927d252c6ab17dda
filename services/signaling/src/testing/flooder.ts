import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

/** What is sent, over and over, on so many connections at the same time. */
export interface Flood {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Signs in; without it nothing is sent, the connection is opened and stays as it is. */
  readonly first?: string;
  /** Sent at once when the first is answered. */
  readonly rest: readonly string[];
}

/** Runs as text, and in a thread of its own: what it costs to flood is nothing that the server has to do. */
function run({ Socket, flood, ended }: { Socket: typeof import("ws").WebSocket; flood: Flood; ended: (code: number) => void }): void {
  const { port, headers, connections, first, rest } = flood;
  const again = () => {
    const socket = new Socket(`ws://127.0.0.1:${port}/ws`, { headers });
    const end = (code: number) => {
      socket.removeAllListeners("close");
      ended(code);
      again();
    };
    socket.on("open", () => first !== undefined && socket.send(first));
    socket.once("message", () => rest.forEach((frame) => socket.send(frame)));
    socket.on("unexpected-response", (_request, { statusCode = 0 }) => (end(statusCode), socket.terminate()));
    socket.on("error", () => undefined);
    socket.on("close", end);
  };
  for (let count = 0; count < connections; count++) again();
}

/** Floods until `stop`. `ends` are the close codes, or HTTP statuses of refusals, by which the connections ended so far. */
export function startFlooder(flood: Flood): { readonly ends: number[]; stop(): Promise<unknown> } {
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { WebSocket: Socket } = require(workerData.ws);
    (${run.toString()})({ Socket, flood: workerData.flood, ended: (code) => parentPort.postMessage(code) });
  `;
  const worker = new Worker(code, { eval: true, workerData: { flood, ws: createRequire(__filename).resolve("ws") } });
  const ends: number[] = [];
  worker.on("message", (end: number) => ends.push(end));
  return { ends, stop: () => worker.terminate() };
}
