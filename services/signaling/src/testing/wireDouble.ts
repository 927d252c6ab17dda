import { readFileSync } from "node:fs";
import path from "node:path";
import { WebSocketServer, type WebSocket } from "ws";

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

interface Recorded {
  readonly answer: string;
  readonly candidate: unknown;
}
type Message = { id: number; method: string; params?: Record<string, unknown> };

export async function startWireDouble(port = 0): Promise<WireDouble> {
  const recorded = readRecorded();
  const server = new WebSocketServer({ port });
  await new Promise((resolve) => server.once("listening", resolve));
  const objects = new Map<string, { type: string; tags: Map<string, string> }>();
  const subscriptions = new Map<string, Set<WebSocket>>();
  const asked: string[] = [];
  const parameters: Record<string, unknown>[] = [];
  const failures = new Map<string, string>();
  let count = 0;
  const holds = new Map<string, Promise<void>>();
  let isSilent = false;

  const emitOn = (id: string, event: string, data: object) => {
    const value = { data: { source: id, tags: [], type: event, ...data }, object: id, type: event };
    for (const socket of subscriptions.get(`${id} ${event}`) ?? []) {
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "onEvent", params: { value } }));
    }
  };
  const invoke = (id: string, operation: string, given: Record<string, unknown>): unknown => {
    switch (operation) {
      case "getPipelines":
        return [...objects].filter(([, { type }]) => type === "MediaPipeline").map(([pipeline]) => pipeline);
      case "addTag":
        return void objects.get(id)?.tags.set(String(given["key"]), String(given["value"]));
      case "getTag":
        return objects.get(id)?.tags.get(String(given["key"])) ?? new Error(`Tag key ${String(given["key"])} not found`);
      case "processOffer":
        return String(given["offer"]).startsWith("v=0") ? recorded.answer : new Error("Invalid SDP");
      case "gatherCandidates":
        setImmediate(() => {
          emitOn(id, "IceCandidateFound", { candidate: recorded.candidate });
          emitOn(id, "IceGatheringDone", {});
        });
        return null;
      default:
        return null;
    }
  };
  const answer = (socket: WebSocket, { method, params = {} }: Message): unknown => {
    const id = String(params["object"] ?? "");
    const isKnown = id === "manager_ServerManager" || objects.has(id);
    if (method !== "ping" && method !== "connect" && method !== "create" && !isKnown) return new Error(`Object '${id}' not found`);
    switch (method) {
      case "ping":
        return "pong";
      case "describe":
        return objects.get(id)?.type ?? "ServerManager";
      case "create": {
        const pipeline = (params["constructorParams"] as { mediaPipeline?: string } | undefined)?.mediaPipeline;
        if (pipeline !== undefined && !objects.has(pipeline)) return new Error(`Object '${pipeline}' not found`);
        const made = `${pipeline === undefined ? "" : `${pipeline}/`}${++count}_kurento.${String(params["type"])}`;
        objects.set(made, { type: String(params["type"]), tags: new Map() });
        return made;
      }
      case "subscribe": {
        const key = `${id} ${String(params["type"])}`;
        subscriptions.set(key, (subscriptions.get(key) ?? new Set()).add(socket));
        return key;
      }
      case "release":
        for (const other of objects.keys()) if (other === id || other.startsWith(`${id}/`)) objects.delete(other);
        return null;
      case "invoke": {
        const operation = String(params["operation"]);
        const failure = failures.get(operation);
        failures.delete(operation);
        return failure ? new Error(failure) : invoke(id, operation, (params["operationParams"] ?? {}) as Record<string, unknown>);
      }
      default:
        return null;
    }
  };
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Message;
      if (isSilent) return;
      const { method, params = {} } = message;
      if (method !== "ping") {
        asked.push([method, params["operation"] ?? params["type"]].filter(Boolean).join(" "));
        parameters.push((params["operationParams"] ?? params["constructorParams"] ?? {}) as Record<string, unknown>);
      }
      const value = answer(socket, message);
      const body =
        value instanceof Error
          ? { error: { code: /not found/.test(value.message) ? 40101 : 40201, message: value.message } }
          : method === "describe"
            ? {
                result: { type: value, qualifiedType: `kurento.${String(value)}`, hierarchy: ["kurento.MediaObject"], sessionId: "double" },
              }
            : { result: { value, sessionId: "double" } };
      const reply = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...body }));
      const hold = method === "ping" ? undefined : holds.get(asked.at(-1)!);
      if (hold) void hold.then(reply);
      else reply();
    });
  });
  const address = server.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${address.port}/kurento`,
    objects: () => [...objects.keys()],
    asked,
    parameters,
    emit(type, event, data) {
      const id = [...objects].filter(([, object]) => object.type === type).at(-1)?.[0];
      if (!id) throw new Error(`There is no ${type}, only ${[...objects.keys()].join(", ") || "nothing"}`);
      emitOn(id, event, data);
    },
    failNext: (operation, message) => void failures.set(operation, message),
    plant(type, tags) {
      const id = `${++count}_kurento.${type}`;
      objects.set(id, { type, tags: new Map(Object.entries(tags)) });
      return id;
    },
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

function readRecorded(): Recorded {
  const file = path.resolve(__dirname, "../../../../tests/fixtures/kurento-wire/publish-view-record.jsonl");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const messages = lines.map((line) => (JSON.parse(line) as { msg?: RecordedMessage }).msg ?? {});
  const answer = messages.map(({ result }) => result?.value).find((value) => typeof value === "string" && value.startsWith("v=0"));
  const event = messages.map(({ params }) => params?.value).find((value) => value?.type === "IceCandidateFound");
  return { answer: answer as string, candidate: event?.data?.candidate };
}

interface RecordedMessage {
  result?: { value?: unknown };
  params?: { value?: { type?: string; data?: { candidate?: unknown } } };
}
