import { Redis } from "ioredis";
import type { Config } from "./config";
import { reasonOf, type Log } from "./log";

/** What one replica wrote, and how long ago it last did. */
export interface SharedText {
  readonly text: string;
  readonly ageMs: number;
}

/** What replicas tell each other: one text each, gone by itself when its writer no longer renews it. */
export interface SharedStore {
  readonly isUp: () => boolean;
  /** Since when it is up without a break, milliseconds since 1970; infinity while it is away. It may have come up empty. */
  readonly upSince: () => number;
  /** Writes this replica's text, and tells the others when it is another one than before. */
  write(run: string, text: string): Promise<void>;
  /** What all replicas that live wrote, by run. */
  readAll(): Promise<Map<string, SharedText>>;
  remove(run: string): Promise<void>;
  /** Called when another one has written something new or is gone, and when the store came up. */
  onChange(listener: () => void): void;
  close(): void;
}

const prefix = "barecast:run:";
const channel = "barecast:changed";
/**
 * A replica that has not written for so long is gone: its streams leave the walls, and what it made on the media servers is released. A computer
 * that is busy must not come to that, so it is long; who only waits to take a camera over looks at the text's age.
 */
export const lifeSeconds = 15;

/** Redis as the shared store. Never waited for at start: while it is away `isUp` is false and calls reject. */
export function redisStore({ host, port }: NonNullable<Config["redis"]>, password: string, log: Log): SharedStore {
  const options = {
    host,
    port,
    ...(password === "" ? {} : { password }),
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    connectTimeout: 2000,
    retryStrategy: (tries: number) => Math.min(2000, tries * 500),
  };
  // A host that is lost says nothing: what waits for its answer would wait for a quarter of an hour.
  const client = new Redis({ ...options, socketTimeout: 4000 });
  const listening = new Redis({ ...options, enableOfflineQueue: true, maxRetriesPerRequest: null });
  let wasUp: boolean | null = null;
  const say = (isUp: boolean, reason: string) => {
    if (wasUp === isUp) return;
    wasUp = isUp;
    if (isUp) log.info("Redis is up");
    else log.warn("Redis is not reachable; this replica works on its own memory", { reason });
  };
  let upSince = Number.POSITIVE_INFINITY;
  /** What the others were told of. */
  let written = "";
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((listener) => listener());
  client.on("ready", () => {
    upSince = Date.now();
    say(true, "");
    changed();
  });
  client.on("close", () => (upSince = Number.POSITIVE_INFINITY));
  client.on("error", (error: Error) => say(false, reasonOf(error)));
  listening.on("error", () => undefined); // the other connection says it
  listening.on("message", changed);
  void listening.subscribe(channel).catch(() => undefined);
  return {
    isUp: () => client.status === "ready",
    upSince: () => upSince,
    async write(run, text) {
      await client.set(prefix + run, text, "EX", lifeSeconds);
      if (text !== written) await client.publish(channel, run);
      written = text;
    },
    readAll: () => readTexts(client),
    async remove(run) {
      await client.del(prefix + run);
      await client.publish(channel, run);
    },
    onChange: (listener) => void listeners.add(listener),
    close() {
      client.disconnect();
      listening.disconnect();
    },
  };
}

async function readTexts(client: Redis): Promise<Map<string, SharedText>> {
  const keys = new Set<string>();
  for (let cursor = "0", isFirst = true; isFirst || cursor !== "0"; isFirst = false) {
    const [next, found] = await client.scan(cursor, "MATCH", `${prefix}*`, "COUNT", 100);
    for (const key of found) keys.add(key);
    cursor = next;
  }
  const read = async (key: string): Promise<[string, SharedText][]> => {
    const [text, leftMs] = await Promise.all([client.get(key), client.pttl(key)]);
    return text === null ? [] : [[key.slice(prefix.length), { text, ageMs: Math.max(0, lifeSeconds * 1000 - leftMs) }]];
  };
  return new Map((await Promise.all([...keys].map(read))).flat());
}
