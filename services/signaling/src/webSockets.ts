import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Config } from "./config";
import { Conversation, type ConversationParts } from "./conversation/conversation";
import { sessionTokenOf } from "./cookie";
import { closeCode } from "./messages";
import { isAllowedOrigin, originRefusal } from "./origin";

export interface WebSockets {
  readonly open: () => number;
  /** Closes every socket with 1012 (RFC 6455: the service restarts) and gives back what their conversations held. */
  close(): Promise<void>;
}

export interface WebSocketTimes {
  /** Between heartbeats; a client that misses one is gone. */
  readonly heartbeatMs: number;
  /** For `authenticate` to come. */
  readonly authenticateMs: number;
}
export const webSocketTimes: WebSocketTimes = { heartbeatMs: 10_000, authenticateMs: 10_000 };

const maxPayload = 128 * 1024;
const mostOfOnePerson = 20;
const mostSockets = 2000;

/** Takes upgrades at `/ws`. A foreign origin gets HTTP 403 before anything is allocated for it. */
export function acceptWebSockets(
  server: Server,
  { origins }: Pick<Config, "origins">,
  parts: Omit<ConversationParts, "admit">,
  times: WebSocketTimes,
): WebSockets {
  const accepting = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const conversations = new Map<WebSocket, Conversation>();
  const admit = countByPerson(mostOfOnePerson);

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { origin } = request.headers;
    socket.on("error", () => socket.destroy());
    if (new URL(request.url ?? "/", "http://localhost").pathname !== "/ws")
      return refuseUpgrade(socket, 404, "notFound", "WebSockets are at /ws");
    if (!isAllowedOrigin(origin, origins)) return refuseUpgrade(socket, 403, "forbidden", originRefusal(origin, origins));
    if (conversations.size >= mostSockets) return refuseUpgrade(socket, 503, "tooMany", "Too many connections. Try again shortly");
    accepting.handleUpgrade(request, socket, head, (webSocket) => converse(webSocket, request));
  });

  const converse = (socket: WebSocket, request: IncomingMessage) => {
    const conversation = new Conversation(
      { ...parts, admit },
      {
        send: (message) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(message)),
        close: (code, reason) => socket.close(code, reason),
      },
      sessionTokenOf(request.headers.cookie),
    );
    conversations.set(socket, conversation);
    const stopHeartbeat = heartbeat(socket, times.heartbeatMs);
    const patience = setTimeout(() => {
      if (!conversation.isSignedIn) socket.close(closeCode.unauthenticated, "authenticate did not come");
    }, times.authenticateMs);
    socket.on("message", (data, isBinary) =>
      isBinary ? socket.close(closeCode.badMessage, "text frames only") : void conversation.receive(String(data)),
    );
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      stopHeartbeat();
      clearTimeout(patience);
      conversations.delete(socket);
      void conversation.end("The connection to the publisher was lost");
    });
  };

  return {
    open: () => conversations.size,
    async close() {
      const ending = [...conversations].map(([socket, conversation]) => {
        socket.close(1012, "restarting");
        return conversation.end("The signaling server restarted");
      });
      await Promise.all(ending);
      for (const socket of conversations.keys()) socket.terminate();
      accepting.close();
    },
  };
}

/** Pings; a socket whose pong is missing at the next beat is ended. */
function heartbeat(socket: WebSocket, intervalMs: number): () => void {
  let isAlive = true;
  socket.on("pong", () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, intervalMs);
  return () => clearInterval(timer);
}

function countByPerson(most: number): (userId: string) => (() => void) | null {
  const counts = new Map<string, number>();
  return (userId) => {
    const count = counts.get(userId) ?? 0;
    if (count >= most) return null;
    counts.set(userId, count + 1);
    return () => {
      const left = counts.get(userId)! - 1;
      if (left === 0) counts.delete(userId);
      else counts.set(userId, left);
    };
  };
}

function refuseUpgrade(socket: Duplex, status: number, code: string, message: string): void {
  const names: Record<number, string> = { 403: "Forbidden", 404: "Not Found", 503: "Service Unavailable" };
  const body = JSON.stringify({ code, message });
  const head = [`HTTP/1.1 ${status} ${names[status]}`, "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`];
  socket.end([...head, "Connection: close", "", body].join("\r\n"));
}
