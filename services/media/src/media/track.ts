import { Flow } from "./flow";
import { GopCache } from "./gopCache";
import { startsKeyFrame } from "./keyFrame";
import type { Codec, Kind, MediaPacket, SenderClock } from "./packet";

/** Key frames are asked for at most this often, however many viewers ask. Browsers drop a request that comes within 300 ms of the last one. */
export const KEY_FRAME_INTERVAL_MS = 330;
/** How often one that waits for a key frame asks again: requests are lost as other packets are. */
export const ASK_AGAIN_MS = 400;

/**
 * How long the pictures of a source that can be asked are kept after a key frame: about as long as it can't be asked for the next one. A
 * recording asks every few seconds, and whoever joins right then would wait for that long.
 */
export const KEPT_MS = KEY_FRAME_INTERVAL_MS;

/** Where packets of a track go. Both are on the path of every packet. */
export interface TrackSink {
  onPacket(packet: MediaPacket, isKeyStart: boolean, track: Track): void;
  /** The track is gone; the sink may get another one later. */
  onDetached?(): void;
  /** What follows has no connection with what came before: another attempt to reach the same camera, or the end of a pause. */
  onRestart?(): void;
  /** The held back beginning is complete (see {@link Track.hold}). */
  onStart?(): void;
  /** The source came to its end. */
  onEnd?(): void;
}

export interface TrackOptions {
  kind: Kind;
  onFlow?: (isFlowing: boolean) => void;
  /** Asks the real source for a key frame; left out where the source can't answer (cameras): then the last group of pictures is kept whole. */
  askKeyFrame?: () => void;
}

/** One audio or video stream that a source offers to any number of sinks. */
export class Track {
  readonly kind: Kind;
  readonly flow: Flow;
  codec?: Codec;
  clock?: SenderClock;
  private sinks: TrackSink[] = [];
  private readonly gop?: GopCache;
  /** Of the kept group. */
  private keptCodec?: Codec;
  private readonly askKeyFrame?: () => void;
  private askedAtMs = -Infinity;
  private askTimer?: NodeJS.Timeout;
  private held = false;
  private paused = false;

  constructor({ kind, onFlow, askKeyFrame }: TrackOptions) {
    this.kind = kind;
    this.flow = new Flow(onFlow ?? (() => undefined));
    this.askKeyFrame = askKeyFrame;
    if (kind === "video") this.gop = new GopCache(askKeyFrame && KEPT_MS);
  }

  push(packet: MediaPacket): void {
    this.flow.touch(packet.payload.length);
    const isKeyStart = this.codec !== undefined && startsKeyFrame(this.codec.name, packet.payload);
    this.gop?.add(packet, isKeyStart);
    if (isKeyStart) {
      this.keptCodec = this.codec;
      this.forgetRequest();
    }
    if (this.held || this.paused) return;
    const { sinks } = this;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.onPacket(packet, isKeyStart, this);
  }

  /** The packets since the last key frame of a source that can't be asked for one, as they came. */
  kept(): readonly MediaPacket[] {
    return this.askKeyFrame ? [] : (this.gop?.kept() ?? []);
  }

  /** What a viewer who joins now begins with, for {@link GopCache.replay}; nothing: it has to ask for a key frame. */
  replay(): MediaPacket[] {
    const { gop } = this;
    if (!gop || this.keptCodec !== this.codec || (this.askKeyFrame && !gop.isWhole)) return [];
    return gop.replay();
  }

  addSink(sink: TrackSink): void {
    this.sinks = [...this.sinks, sink];
  }

  removeSink(sink: TrackSink): void {
    if (!this.sinks.includes(sink)) return;
    this.sinks = this.sinks.filter((other) => other !== sink);
    sink.onDetached?.();
  }

  get sinkCount(): number {
    return this.sinks.length;
  }

  /**
   * At once when the last request is {@link KEY_FRAME_INTERVAL_MS} old, else when it will be, unless a key frame comes before: no request is
   * lost, none is doubled.
   */
  requestKeyFrame(): void {
    if (!this.askKeyFrame || this.askTimer) return;
    const waitMs = this.askedAtMs + KEY_FRAME_INTERVAL_MS - performance.now();
    if (waitMs <= 0) return this.ask();
    this.askTimer = setTimeout(() => this.ask(), waitMs).unref();
  }

  private forgetRequest(): void {
    clearTimeout(this.askTimer);
    this.askTimer = undefined;
  }

  private ask(): void {
    this.askTimer = undefined;
    this.askedAtMs = performance.now();
    this.askKeyFrame?.();
  }

  get isHeld(): boolean {
    return this.held;
  }

  /** A new beginning whose first pictures come faster than time runs: they are only kept, until {@link goLive}. */
  hold(): void {
    this.held = true;
    for (const sink of this.sinks) sink.onRestart?.();
  }

  goLive(): void {
    if (!this.held) return;
    this.held = false;
    for (const sink of this.sinks) sink.onStart?.();
  }

  setPaused(isPaused: boolean): void {
    if (this.paused && !isPaused) this.sinks.forEach((sink) => sink.onRestart?.());
    this.paused = isPaused;
  }

  /** Tells the sinks that the source came to its end. */
  end(): void {
    for (const sink of this.sinks) sink.onEnd?.();
  }

  /** Forgets what the source sent so far: it will start again. */
  reset(): void {
    this.gop?.clear();
    this.clock = undefined;
    this.held = false;
    this.paused = false;
    this.flow.stop();
  }

  close(): void {
    this.forgetRequest();
    this.flow.discard();
    for (const sink of this.sinks) sink.onDetached?.();
    this.sinks = [];
    this.gop?.clear();
  }
}
