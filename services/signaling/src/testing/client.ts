import { WebSocket } from "ws";
import type { ClientMessage, ServerMessage } from "../messages";

export type Answer<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** A client of few lines: sends, and waits for messages by what they are. */
export interface TestClient {
  readonly received: ServerMessage[];
  send(message: ClientMessage | string): void;
  /** The first message so far or to come of this type (and id). */
  next<T extends ServerMessage["type"]>(type: T, matches?: (message: Answer<T>) => boolean): Promise<Answer<T>>;
  /** Code of the close frame. */
  readonly closed: Promise<number>;
  close(): void;
}

export async function connectClient(port: number, headers: Record<string, string> = {}): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
  const received: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  socket.on("message", (data) => {
    received.push(JSON.parse(String(data)) as ServerMessage);
    for (const check of [...waiting]) check();
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    received,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: (type, matches = () => true) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = received.find((message) => message.type === type && matches(message as never));
          if (!found) return;
          waiting.delete(check);
          clearTimeout(timer);
          resolve(found as never);
        };
        const timer = setTimeout(() => reject(new Error(`No ${type} came, but ${JSON.stringify(received)}`)), 20_000);
        waiting.add(check);
        check();
      }),
    closed,
    close: () => socket.close(),
  };
}

/** Waits until `reason` is null; after `timeoutMs` the last reason is the failure. */
export async function until(reason: () => string | null | Promise<string | null>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const last = await reason();
    if (last === null) return;
    if (Date.now() > deadline) throw new Error(last);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
