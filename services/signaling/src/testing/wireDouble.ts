import { WebSocketServer, type WebSocket } from "ws";
import { WireObjects, type WireRequest } from "./wireObjects";

/**
 * A JSON-RPC double of a Kurento Media Server for conversation tests: it keeps objects as a server would, answers with the SDP and the
 * candidate that a real server sent (tests/fixtures/kurento-wire), and plays faults on request. No media flows.
 */
export interface WireDouble {
  readonly url: string;
  /** Ids of the objects that exist now, in the order in which they were made. */
  objects(): string[];
  /** Methods asked for, `create WebRtcEndpoint`, `invoke processOffer`, …, without ping. */
  readonly asked: string[];
  /** How many pings came. */
  readonly pings: () => number;
  /** Parameters of what was asked, side by side with `asked`. */
  readonly parameters: Record<string, unknown>[];
  /** Sends an event of the newest object of this type to its subscribers. */
  emit(type: string, event: string, data: object): void;
  /** The next `invoke` of this operation fails with the server's message. */
  failNext(operation: string, message: string): void;
  /** Makes an object as someone else's doing; returns its id. */
  plant(type: string, tags: Record<string, string>): string;
  /** Holds back the answer to the next request of this name in `asked`; the result lets it go. */
  holdNext(what: string): () => void;
  /** From now on nothing is answered, and sockets stay open. */
  fallSilent(): void;
  close(): Promise<void>;
}

export async function startWireDouble(port = 0): Promise<WireDouble> {
  const server = new WebSocketServer({ port });
  await new Promise((resolve) => server.once("listening", resolve));
  const subscriptions = new Map<string, Set<WebSocket>>();
  const emit = (id: string, event: string, data: object) => {
    const value = { data: { source: id, tags: [], type: event, ...data }, object: id, type: event };
    for (const socket of subscriptions.get(`${id} ${event}`) ?? []) {
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "onEvent", params: { value } }));
    }
  };
  const objects = new WireObjects(emit);
  const asked: string[] = [];
  const parameters: Record<string, unknown>[] = [];
  const holds = new Map<string, Promise<void>>();
  let isSilent = false;
  let pings = 0;

  const take = (socket: WebSocket, request: WireRequest) => {
    const { method, params = {} } = request;
    const name = [method, params["operation"] ?? params["type"]].filter(Boolean).join(" ");
    if (method === "ping") pings++;
    else {
      asked.push(name);
      parameters.push((params["operationParams"] ?? params["constructorParams"] ?? {}) as Record<string, unknown>);
    }
    const value = objects.answer(request);
    if (method === "subscribe") subscriptions.set(String(value), (subscriptions.get(String(value)) ?? new Set()).add(socket));
    const reply = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...bodyOf(method, value) }));
    const hold = method === "ping" ? undefined : holds.get(name);
    if (hold) void hold.then(reply);
    else reply();
  };
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      if (!isSilent) take(socket, JSON.parse(String(data)) as WireRequest);
    });
  });
  const address = server.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${address.port}/kurento`,
    objects: () => objects.ids(),
    asked,
    pings: () => pings,
    parameters,
    emit: (type, event, data) => emit(objects.newest(type), event, data),
    failNext: (operation, message) => objects.failNext(operation, message),
    plant: (type, tags) => objects.add(type, undefined, tags),
    holdNext(what) {
      let release: () => void = () => undefined;
      holds.set(what, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(what);
        release();
      };
    },
    fallSilent: () => (isSilent = true),
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The rest of an answer, as a real server words it. */
function bodyOf(method: string, value: unknown): object {
  if (value instanceof Error) return { error: { code: /not found/.test(value.message) ? 40101 : 40201, message: value.message } };
  if (method !== "describe") return { result: { value, sessionId: "double" } };
  const type = String(value);
  return { result: { type, qualifiedType: `kurento.${type}`, hierarchy: ["kurento.MediaObject"], sessionId: "double" } };
}
