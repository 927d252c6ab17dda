import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Config } from "./config";
import { clientAddress, trustOf } from "./clientAddress";
import { Conversation, type ConversationParts } from "./conversation/conversation";
import { turnsBy } from "./conversation/turns";
import { sessionTokenOf } from "./cookie";
import { closeCode } from "./messages";
import { isAllowedOrigin, originRefusal } from "./origin";

/** The WebSockets of one server; `open` counts them. */
export interface WebSockets {
  readonly open: () => number;
  /** Closes every socket with 1012 (RFC 6455: the service restarts) and gives back what their conversations held. */
  close(): Promise<void>;
}

/** Milliseconds. */
export interface WebSocketTimes {
  /** Between heartbeats; a client that misses one is gone. */
  readonly heartbeatMs: number;
  /** For `authenticate` to come. */
  readonly authenticateMs: number;
  /** Between looks whether a session still holds, and what it allows. */
  readonly recheckMs: number;
}
/** What a site takes. */
export const webSocketTimes: WebSocketTimes = { heartbeatMs: 10_000, authenticateMs: 10_000, recheckMs: 30_000 };

const maxPayload = 128 * 1024;
const mostOfOnePerson = 20;
const mostSockets = 2000;
/** Streams that one person joins or begins at the same moment; the next wait. */
const mostNegotiations = 8;
/** Of one address, not signed in yet. */
const mostUnknown = 20;

/**
 * Takes upgrades at `/ws`. Before anything is allocated, a foreign origin gets HTTP 403, an address with too many sockets that are not signed in
 * yet 429, and anybody 503 when the server has all that it can hold.
 */
export function acceptWebSockets(
  server: Server,
  { origins, trustedProxies }: Pick<Config, "origins" | "trustedProxies">,
  parts: Omit<ConversationParts, "admit" | "inTurn" | "recheckMs">,
  times: WebSocketTimes,
): WebSockets {
  const accepting = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const conversations = new Map<WebSocket, Conversation>();
  const admit = countBy(mostOfOnePerson);
  const admitUnknown = countBy(mostUnknown);
  const inTurn = turnsBy(mostNegotiations);
  const isTrusted = trustOf(trustedProxies);

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { origin } = request.headers;
    socket.on("error", () => socket.destroy());
    // As text: what comes may be no URL at all.
    if (request.url?.split("?", 1)[0] !== "/ws") return refuseUpgrade(socket, 404, "notFound", "WebSockets are at /ws");
    if (!isAllowedOrigin(origin, origins)) return refuseUpgrade(socket, 403, "forbidden", originRefusal(origin, origins));
    if (conversations.size >= mostSockets) return refuseUpgrade(socket, 503, "tooMany", "Too many connections. Try again shortly");
    const leaveUnknown = admitUnknown(clientAddress(request, isTrusted));
    if (!leaveUnknown) return refuseUpgrade(socket, 429, "tooMany", "Too many connections from this address. Wait a moment");
    socket.once("close", leaveUnknown);
    accepting.handleUpgrade(request, socket, head, (webSocket) => converse(webSocket, socket, request, leaveUnknown));
  });

  const converse = (socket: WebSocket, wire: Duplex, request: IncomingMessage, leaveUnknown: () => void) => {
    const gather = gathering(wire);
    const admitPerson = (userId: string) => {
      const leave = admit(userId);
      if (leave) leaveUnknown();
      return leave;
    };
    const conversation = new Conversation(
      { ...parts, admit: admitPerson, inTurn, recheckMs: times.recheckMs },
      {
        send: (message) => {
          if (socket.readyState !== socket.OPEN) return;
          gather();
          // As bytes: a text beside the frame's header, which is bytes, costs a copy more.
          socket.send(Buffer.from(JSON.stringify(message)), { binary: false });
        },
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
      isBinary ? socket.close(closeCode.badMessage, "text frames only") : conversation.receive(String(data)),
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

/** At most so many by one key: a function that takes a place and returns how to leave it (once counts), or `null` when all are taken. */
function countBy(most: number): (key: string) => (() => void) | null {
  const counts = new Map<string, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    if (count >= most) return null;
    counts.set(key, count + 1);
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      const left = counts.get(key)! - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    };
  };
}

function refuseUpgrade(socket: Duplex, status: number, code: string, message: string): void {
  const names: Record<number, string> = { 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable" };
  const body = JSON.stringify({ code, message });
  const head = [`HTTP/1.1 ${status} ${names[status]}`, "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`];
  socket.end([...head, "Connection: close", "", body].join("\r\n"));
}

/** Called before each write: all writes of one turn of the event loop leave as one. A media server's candidates come several at a time. */
function gathering(wire: Duplex): () => void {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    wire.cork();
    setImmediate(() => {
      isGathering = false;
      wire.uncork();
    });
  };
}
