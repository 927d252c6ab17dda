import type { SiteUnderTest } from "./site";

/** Objects of a media server: its pipelines, and what is in them. */
export type MediaObjects = Readonly<Record<string, readonly string[]>>;

/** Runs on the media server's host, for nobody else may speak to its control port: Kurento's protocol (JSON-RPC 2.0 over a WebSocket). */
const program = `
const socket = new WebSocket(process.argv[1]);
const waiting = new Map();
let last = 0;
const call = (method, params) => new Promise((resolve, reject) => {
  waiting.set(++last, { resolve, reject });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: last, method, params }));
});
const ask = async (object, operation) => (await call("invoke", { object, operation, operationParams: {} })).value;
socket.onmessage = ({ data }) => {
  const { id, result, error } = JSON.parse(data);
  if (error) waiting.get(id)?.reject(new Error(error.message));
  else waiting.get(id)?.resolve(result);
};
socket.onerror = ({ message }) => { console.error(message); process.exit(1); };
socket.onopen = async () => {
  const found = {};
  for (const pipeline of await ask("manager_ServerManager", "getPipelines")) found[pipeline] = await ask(pipeline, "getChildren");
  console.log(JSON.stringify(found));
  process.exit(0);
};
`;

/** What the media server holds now, asked over its own protocol. */
export async function mediaObjects(site: SiteUnderTest, host = "one", port = 8888): Promise<MediaObjects> {
  const url = `ws://${site.up.machineAddress}:${port}/kurento`;
  return JSON.parse(await site.insideService(`media-${host}`, "node", "-e", program, url)) as MediaObjects;
}

/** Number of all objects, pipelines included. */
export function objectCount(objects: MediaObjects): number {
  return Object.values(objects).reduce((sum, children) => sum + 1 + children.length, 0);
}
