import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { KurentoError } from "../errors";
import type { Context } from "../objects/mediaObject";
import { parseRequest, type Request, sortedJson } from "./json";
import { answerTo } from "./methods";
import type { Connection, Sessions } from "./sessions";

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** RFC 6455 "going away". Not 1012: the WebSocket inside kurento-client ends its process over codes it does not know. */
const CLOSE_GOING_AWAY = 1001;

export interface ControlServer {
  port: number;
  close(): Promise<void>;
}

/** Listens for `/kurento` (WebSocket) and `/health`. @throws when the address can't be had. */
export async function listen(context: Context, sessions: Sessions, health: () => object): Promise<ControlServer> {
  const { controlAddress, controlPort } = context.config;
  const http = createServer((request, response) => serveHttp(request, response, health));
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, clientTracking: true });
  http.on("upgrade", (request, socket, head) => {
    // Node leaves the socket to us, its errors too.
    socket.on("error", () => socket.destroy());
    if (request.url?.split("?")[0] !== "/kurento") return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    wss.handleUpgrade(request, socket, head, (ws) => serveClient(ws, context, sessions));
  });
  await listening(http, controlPort, controlAddress);
  return {
    port: (http.address() as AddressInfo).port,
    close: () => close(http, wss),
  };
}

function listening(http: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, address, () => {
      http.removeListener("error", reject);
      resolve();
    });
  });
}

async function close(http: Server, wss: WebSocketServer): Promise<void> {
  for (const client of wss.clients) client.close(CLOSE_GOING_AWAY);
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  const kill = setTimeout(() => wss.clients.forEach((client) => client.terminate()), 500);
  http.closeIdleConnections();
  await closed;
  clearTimeout(kill);
}

function serveHttp(request: IncomingMessage, response: ServerResponse, health: () => object): void {
  if (request.url !== "/health" || (request.method !== "GET" && request.method !== "HEAD")) {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found: this server has /health and the WebSocket /kurento\n");
    return;
  }
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(`${JSON.stringify(health())}\n`);
}

function serveClient(ws: WebSocket, context: Context, sessions: Sessions): void {
  const connection: Connection = { send: (message) => ws.readyState === ws.OPEN && ws.send(sortedJson(message)) };
  // kurento-client sends binary frames, others text: both hold JSON.
  ws.on("message", (data) => {
    const parsed = parseRequest((data as Buffer).toString("utf8"));
    if ("error" in parsed) return connection.send({ ...parsed, jsonrpc: "2.0" });
    void serveRequest(parsed.request, connection, context, sessions);
  });
  ws.on("error", (error) => context.log.warn("client-error", { error }));
  ws.on("close", () => sessions.detach(connection));
}

async function serveRequest(request: Request, connection: Connection, context: Context, sessions: Sessions): Promise<void> {
  const given = request.params["sessionId"];
  if (request.method === "connect" && typeof given === "string" && !sessions.has(given)) {
    const { code, type, message } = new KurentoError("INVALID_SESSION", "Invalid session");
    return connection.send({ error: { code, data: { type }, message }, id: request.id, jsonrpc: "2.0" });
  }
  const needsSession = request.method !== "ping";
  const sessionId = needsSession ? sessions.attach(typeof given === "string" ? given : undefined, connection) : "";
  const run = () => answerTo(request, { context, sessions, sessionId });
  const answer = await (needsSession ? sessions.once(sessionId, request.id, run) : run());
  connection.send({ id: request.id, jsonrpc: "2.0", ...(answer as object) });
}
