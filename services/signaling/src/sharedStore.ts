import { Redis } from "ioredis";
import type { Config } from "./config";
import { reasonOf, type Log } from "./log";

/** What replicas tell each other: one text each, gone by itself when its writer no longer renews it. */
export interface SharedStore {
  readonly isUp: () => boolean;
  /** Since when it is up without a break, milliseconds since 1970; infinity while it is away. It may have come up empty. */
  readonly upSince: () => number;
  /** Writes this replica's text and tells the others. */
  write(run: string, text: string): Promise<void>;
  /** The texts of all replicas that live, by run. */
  readAll(): Promise<Map<string, string>>;
  remove(run: string): Promise<void>;
  onChange(listener: () => void): void;
  close(): void;
}

const prefix = "barecast:run:";
const channel = "barecast:changed";
/** A replica that has not written for so long is gone. */
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
    retryStrategy: (tries: number) => Math.min(5000, tries * 500),
  };
  const client = new Redis(options);
  const listening = new Redis({ ...options, enableOfflineQueue: true, maxRetriesPerRequest: null });
  let wasUp: boolean | null = null;
  const say = (isUp: boolean, reason: string) => {
    if (wasUp === isUp) return;
    wasUp = isUp;
    if (isUp) log.info("Redis is up");
    else log.warn("Redis is not reachable; this replica works on its own memory", { reason });
  };
  let upSince = Number.POSITIVE_INFINITY;
  client.on("ready", () => {
    upSince = Date.now();
    say(true, "");
  });
  client.on("close", () => (upSince = Number.POSITIVE_INFINITY));
  client.on("error", (error: Error) => say(false, reasonOf(error)));
  listening.on("error", () => undefined); // the other connection says it
  void listening.subscribe(channel).catch(() => undefined);
  return {
    isUp: () => client.status === "ready",
    upSince: () => upSince,
    async write(run, text) {
      await client.set(prefix + run, text, "EX", lifeSeconds);
      await client.publish(channel, run);
    },
    async readAll() {
      const keys: string[] = [];
      for (let cursor = "0", isFirst = true; isFirst || cursor !== "0"; isFirst = false) {
        const [next, found] = await client.scan(cursor, "MATCH", `${prefix}*`, "COUNT", 100);
        keys.push(...found);
        cursor = next;
      }
      const texts = keys.length > 0 ? await client.mget(keys) : [];
      return new Map(keys.flatMap((key, index) => (texts[index] ? [[key.slice(prefix.length), texts[index]] as const] : [])));
    },
    async remove(run) {
      await client.del(prefix + run);
      await client.publish(channel, run);
    },
    onChange: (listener) => void listening.on("message", listener),
    close() {
      client.disconnect();
      listening.disconnect();
    },
  };
}
