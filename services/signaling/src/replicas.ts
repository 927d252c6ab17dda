import { z } from "zod";
import type { Config, Secrets } from "./config";
import { ForeignStreams, sharedOf, sharedSchema } from "./foreignStreams";
import { reasonOf, type Log } from "./log";
import type { MediaPool } from "./media/pool";
import { lifeSeconds, redisStore, type SharedStore } from "./sharedStore";
import type { StreamRegistry } from "./streams";

/** The other processes that serve this site. `close` tells them that this one is gone. */
export interface Replicas {
  readonly state: () => "up" | "off";
  /** Whether the process that is named so lives. When that cannot be known it counts as living. */
  isRunning(run: string): Promise<boolean>;
  close(): Promise<void>;
}

/** How replicas count each other's signs of life, in milliseconds. */
export interface ReplicaTimes {
  /** Between one's own signs of life, and between looks at the others'. */
  readonly renewMs: number;
  /** After the store came up it may be empty: until every replica that lives must have written, who is missing counts as living. */
  readonly settleMs: number;
  /** How long the streams of others stay on the wall while the store cannot say whether they live. */
  readonly keepMs: number;
}
/** What a site takes. */
export const replicaTimes: ReplicaTimes = { renewMs: 5000, settleMs: lifeSeconds * 1000, keepMs: lifeSeconds * 4000 };

/** One replica alone: no other process can have made anything. */
export const alone: Replicas = { state: () => "off", isRunning: async () => false, close: async () => undefined };

/** Shares the streams of this replica with the others and puts theirs on its wall, as long as Redis is there. */
export function joinReplicas(
  run: string,
  config: Pick<Config, "redis">,
  secrets: Pick<Secrets, "redis">,
  pool: MediaPool,
  streams: StreamRegistry,
  log: Log,
): Replicas {
  if (!config.redis) return alone;
  return shareStreams(run, redisStore(config.redis, secrets.redis, log), pool, streams, log);
}

/** @internal For tests: over any store. */
export function shareStreams(
  run: string,
  store: SharedStore,
  pool: MediaPool,
  streams: StreamRegistry,
  log: Log,
  { renewMs, settleMs, keepMs }: ReplicaTimes = replicaTimes,
  now: () => number = Date.now,
): Replicas {
  const foreign = new ForeignStreams(pool, streams);
  const isSettled = () => store.isUp() && now() - store.upSince() >= settleMs;
  const lastSeen = new Map<string, { text: string; at: number }>();
  /** For a replica that isn't in the store: one that was seen in it since it came up has left, and only then is it known at once. */
  const patienceWith = (seenAt: number) => {
    if (!store.isUp()) return keepMs;
    return isSettled() || seenAt > store.upSince() ? 0 : keepMs + settleMs;
  };
  let written = "";
  const write = async () => {
    const text = JSON.stringify(streams.own().flatMap(sharedOf));
    written = text;
    if (store.isUp()) await store.write(run, text);
  };
  const read = async () => {
    const texts = store.isUp() ? await store.readAll() : new Map<string, string>();
    texts.delete(run);
    for (const [other, text] of texts) lastSeen.set(other, { text, at: now() });
    for (const [other, { at }] of lastSeen) if (!texts.has(other) && now() - at >= patienceWith(at)) lastSeen.delete(other);
    foreign.show([...lastSeen.values()].flatMap(({ text }) => z.array(sharedSchema).parse(JSON.parse(text))));
  };
  const quietly = (work: () => Promise<void>) => void work().catch((error: unknown) => log.debug("Redis", { reason: reasonOf(error) }));
  const stopListening = streams.onChange(() => JSON.stringify(streams.own().flatMap(sharedOf)) !== written && quietly(write));
  store.onChange(() => quietly(read));
  const timer = setInterval(() => {
    quietly(write);
    quietly(read);
  }, renewMs);
  quietly(write);
  quietly(read);
  return {
    state: () => (store.isUp() ? "up" : "off"),
    isRunning: async (other) =>
      !isSettled() ||
      (await store.readAll().then(
        (texts) => texts.has(other),
        () => true,
      )),
    async close() {
      clearInterval(timer);
      stopListening();
      foreign.close();
      if (store.isUp()) await store.remove(run).catch(() => undefined);
      store.close();
    },
  };
}
