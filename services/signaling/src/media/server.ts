import type { Log } from "../log";
import { reasonOf } from "../log";
import { connectKurento, type KurentoSession, type Remote } from "./kurento";
import { orphanReleaser, runTag, sweepTimes, type SweepTimes } from "./orphans";
import { startProbe, type Probe, type ProbeTimes } from "./probe";

/** `url` is the WebSocket of Kurento's protocol. */
export interface MediaServerOptions {
  readonly name: string;
  readonly url: string;
  /** Names this process; see `runTag`. */
  readonly run: string;
  /** Whether the process that made a pipeline is known to live: then its pipeline is no orphan. */
  readonly isRunning: (run: string) => Promise<boolean>;
  readonly probe: ProbeTimes;
  /** Left out: `sweepTimes`. */
  readonly sweep?: SweepTimes;
  /** Left out: `connectKurento`. */
  readonly connect?: typeof connectKurento;
}

/** A media server that comes back is to be used soon: nobody can publish to it before it was found. */
const lastRetryMs = 3000;

/** One media server of the pool: connects, probes, notices that it is gone, comes back with backoff (1 → 3 s). */
export class MediaServer {
  readonly name: string;
  private session: KurentoSession | null = null;
  private probe: Probe | null = null;
  private retry: NodeJS.Timeout | undefined;
  private sweep: NodeJS.Timeout | undefined;
  private readonly sweepTimes: SweepTimes;
  private failures = 0;
  private readonly closing = new AbortController();
  private readonly upListeners = new Set<() => void>();
  private readonly goneListeners = new Set<(reason: string) => void>();

  constructor(
    private readonly options: MediaServerOptions,
    private readonly log: Log,
  ) {
    this.name = options.name;
    this.sweepTimes = options.sweep ?? sweepTimes;
  }

  get isUp(): boolean {
    return this.session !== null;
  }

  /** The live session. @throws while the server is gone. */
  get kurento(): KurentoSession {
    if (!this.session) throw new Error(`The media server ${this.name} is not reachable`);
    return this.session;
  }

  /** Returns a function that stops listening. */
  onUp(listener: () => void): () => void {
    this.upListeners.add(listener);
    return () => this.upListeners.delete(listener);
  }

  /** Called when the server is gone with everything on it; returns a function that stops listening. */
  onGone(listener: (reason: string) => void): () => void {
    this.goneListeners.add(listener);
    return () => this.goneListeners.delete(listener);
  }

  /** A pipeline that bears our mark. */
  async createPipeline(): Promise<Remote> {
    const pipeline = await this.kurento.create("MediaPipeline", {});
    pipeline
      .call("addTag", runTag, this.options.run)
      .catch((error: unknown) => this.log.debug("Cannot tag a pipeline", { media: this.name, reason: reasonOf(error) }));
    return pipeline;
  }

  async start(): Promise<void> {
    if (this.closing.signal.aborted) return;
    const { url, probe, connect = connectKurento } = this.options;
    let session: KurentoSession | undefined;
    const events = {
      onLost: () => this.log.warn("Connection to the media server lost", { media: this.name }),
      onBack: (isSame: boolean) =>
        isSame ? this.log.info("Back with the same objects", { media: this.name }) : this.lose("it was restarted"),
    };
    try {
      session = await connect(url, probe.timeoutMs, events, this.closing.signal);
      if (this.closing.signal.aborted) return session.close();
      const releaseOrphans = orphanReleaser(this.options, session, this.log);
      await releaseOrphans(true);
      if (this.closing.signal.aborted) return session.close();
      this.session = session;
      this.failures = 0;
      this.startProbe();
      this.sweepLater(session, releaseOrphans, this.sweepTimes.firstMs);
      this.log.info("Media server is up", { media: this.name, url });
      for (const listener of this.upListeners) listener();
    } catch (error) {
      session?.close();
      if (this.closing.signal.aborted) return;
      if (this.failures === 0) this.log.warn("Media server is not reachable; trying again", { media: this.name, reason: reasonOf(error) });
      this.scheduleRetry();
    }
  }

  close(): void {
    this.closing.abort();
    clearTimeout(this.retry);
    clearTimeout(this.sweep);
    this.probe?.close();
    this.session?.close();
    this.session = null;
  }

  /** A lost probe is tried once more: only a server that can't be reached, or does not come back at once, is gone. */
  private startProbe(): void {
    const { url, probe } = this.options;
    this.probe = startProbe(url, probe, (first, isUnreachable) => {
      if (isUnreachable) return this.lose(first);
      this.probe = startProbe(url, probe, () => this.lose(first));
    });
  }

  private lose(reason: string): void {
    if (!this.session) return;
    this.log.error("Media server is gone", { media: this.name, reason });
    this.session.close();
    this.session = null;
    clearTimeout(this.sweep);
    this.probe?.close();
    for (const listener of [...this.goneListeners]) listener(reason);
    this.scheduleRetry();
  }

  private scheduleRetry(): void {
    if (this.closing.signal.aborted) return;
    const delayMs = Math.min(lastRetryMs, 1000 * 2 ** this.failures++);
    this.retry = setTimeout(() => void this.start(), delayMs);
  }

  private sweepLater(session: KurentoSession, releaseOrphans: (isNew: boolean) => Promise<void>, delayMs: number): void {
    this.sweep = setTimeout(() => {
      void releaseOrphans(false)
        .catch(() => undefined)
        .then(() => this.session === session && this.sweepLater(session, releaseOrphans, this.sweepTimes.everyMs));
    }, delayMs);
  }
}
