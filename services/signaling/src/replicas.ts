import type { Config, Secrets } from "./config";
import { ForeignStreams } from "./foreignStreams";
import { reasonOf, type Log } from "./log";
import type { MediaPool } from "./media/pool";
import { replicaTimes, type ReplicaTimes } from "./replicaTimes";
import { readShared, textOf, type Other } from "./sharedStream";
import { redisStore, type SharedStore, type SharedText } from "./sharedStore";
import type { StreamRegistry } from "./streams";

/** The other processes that serve this site. `close` tells them that this one is gone; it may be called twice. */
export interface Replicas {
  readonly state: () => "up" | "off";
  /** Whether the process that is named so lives. When that cannot be known it counts as living. */
  isRunning(run: string): Promise<boolean>;
  /** Calls at once and after every look, as soon as it can be known who the others are, and before the wall follows. */
  onOthers(listener: (others: readonly Other[]) => void): void;
  close(): Promise<void>;
}

/** One replica alone: no other process can have made anything. */
export const alone: Replicas = {
  state: () => "off",
  isRunning: async () => false,
  onOthers: (listener) => listener([]),
  close: async () => undefined,
};

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
  return new SharingReplicas(run, redisStore(config.redis, secrets.redis, log), pool, streams, log);
}

/**
 * The replicas of a site that know each other by a store. It looks at once, then every `renewMs` and whenever the store tells of a change; a store that
 * is away or refuses is no error, and is looked at again.
 * @internal Exported for tests, which bring their own store and clock
 */
export class SharingReplicas implements Replicas {
  private readonly foreign: ForeignStreams;
  private readonly seen = new Map<string, Other & { readonly at: number }>();
  private readonly listeners = new Set<(others: readonly Other[]) => void>();
  private readonly startedAt: number;
  private readonly timer: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private written = "";
  /** Since when the store is up to which it was written. */
  private writtenSince = Number.NaN;
  private hasLooked = false;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly run: string,
    private readonly store: SharedStore,
    pool: MediaPool,
    private readonly streams: StreamRegistry,
    private readonly log: Log,
    private readonly times: ReplicaTimes = replicaTimes,
    private readonly now: () => number = Date.now,
  ) {
    this.foreign = new ForeignStreams(pool, streams);
    this.startedAt = now();
    this.stopListening = streams.onChange(() => textOf(streams.own()) !== this.written && this.quietly(() => this.write()));
    store.onChange(() => this.quietly(() => this.look()));
    this.timer = setInterval(() => this.quietly(() => this.write().finally(() => this.look())), times.renewMs);
    this.quietly(() => this.look());
  }

  state(): "up" | "off" {
    return this.store.isUp() ? "up" : "off";
  }

  async isRunning(other: string): Promise<boolean> {
    if (!this.isSettled()) return true;
    return this.store.readAll().then(
      (texts) => texts.has(other),
      () => true,
    );
  }

  onOthers(listener: (others: readonly Other[]) => void): void {
    this.listeners.add(listener);
    if (this.areKnown()) listener([...this.seen.values()]);
  }

  close(): Promise<void> {
    this.closing ??= this.leave();
    return this.closing;
  }

  private async leave(): Promise<void> {
    clearInterval(this.timer);
    this.stopListening();
    this.foreign.close();
    if (this.store.isUp()) await this.store.remove(this.run).catch(() => undefined);
    this.store.close();
  }

  private async write(): Promise<void> {
    this.written = textOf(this.streams.own());
    if (!this.store.isUp() || this.closing) return;
    this.writtenSince = this.store.upSince();
    await this.store.write(this.run, this.written).catch((error: unknown) => {
      this.writtenSince = Number.NaN;
      throw error;
    });
  }

  private async look(): Promise<void> {
    // Of two that come at once each has written before it looks: one of them at least finds the other.
    // A store that takes nothing (it is full) is no reason to see nobody.
    if (this.store.isUp() && this.writtenSince !== this.store.upSince()) await this.write().catch(() => undefined);
    const texts = this.store.isUp() ? await this.store.readAll().catch(() => null) : null;
    if (this.closing) return;
    if (texts) this.note(texts);
    for (const [run, { at }] of this.seen)
      if (!texts?.has(run) && this.now() - at >= this.patienceWith(at, texts !== null)) this.seen.delete(run);
    const others = [...this.seen.values()];
    if (this.areKnown()) for (const listener of this.listeners) listener(others);
    this.foreign.show(others);
  }

  private note(texts: ReadonlyMap<string, SharedText>): void {
    this.hasLooked = true;
    for (const [run, { text, ageMs }] of texts) {
      if (run === this.run) continue;
      this.seen.set(run, { run, streams: readShared(text), isSilent: ageMs >= this.times.silentMs, at: this.now() });
    }
  }

  /** For a replica that isn't in the store: one that was seen in it since it came up has left, and only then is it known at once. */
  private patienceWith(seenAt: number, canTell: boolean): number {
    if (!canTell) return this.times.keepMs;
    return this.isSettled() || seenAt > this.store.upSince() ? 0 : this.times.keepMs + this.times.settleMs;
  }

  private areKnown(): boolean {
    return this.hasLooked || this.now() - this.startedAt >= this.times.aloneMs;
  }

  private isSettled(): boolean {
    return this.store.isUp() && this.now() - this.store.upSince() >= this.times.settleMs;
  }

  private quietly(work: () => Promise<void>): void {
    void work().catch((error: unknown) => this.log.debug("Redis", { reason: reasonOf(error) }));
  }
}
