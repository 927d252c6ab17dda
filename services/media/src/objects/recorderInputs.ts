import type { RecordingStream } from "../ffmpeg/recording";
import type { Kind, MediaPacket } from "../media/packet";
import type { Track, TrackSink } from "../media/track";

const PAYLOAD_TYPES: Record<Kind, number> = { video: 96, audio: 97 };

/** What a recorder hears of its inputs. */
export interface RecorderEvents {
  onPacket(kind: Kind, packet: MediaPacket, isKeyStart: boolean): void;
  /** What follows has no connection with what came before. */
  onRestart(kind: Kind): void;
  /** The beginning that was held back is complete. */
  onStart(): void;
  onEnd(): void;
}

/** The tracks that flow into a recorder; a picture is taken from a key frame on. */
export class RecorderInputs {
  private readonly sinks = new Map<Kind, TrackSink & { track: Track }>();
  private readonly waitsForKey = new Set<Kind>();

  constructor(private readonly events: RecorderEvents) {}

  set(kind: Kind, track: Track | undefined): void {
    const old = this.sinks.get(kind);
    old?.track.removeSink(old);
    this.sinks.delete(kind);
    if (!track) return;
    const sink = this.sinkOf(kind, track);
    this.sinks.set(kind, sink);
    sink.onRestart?.();
    track.addSink(sink);
  }

  private sinkOf(kind: Kind, track: Track): TrackSink & { track: Track } {
    return {
      track,
      onPacket: (packet, isKeyStart) => this.events.onPacket(kind, packet, isKeyStart),
      onRestart: () => {
        if (kind === "video") this.waitForKey();
        this.events.onRestart(kind);
      },
      onStart: () => this.events.onStart(),
      onEnd: () => this.events.onEnd(),
      onDetached: () => void this.sinks.delete(kind),
    };
  }

  get kinds(): Kind[] {
    return [...this.sinks.keys()];
  }

  /** True when a recording has to begin with a picture: there is one, or will be. */
  get hasPicture(): boolean {
    return this.sinks.get("video")?.track.codec !== undefined;
  }

  /** What is known of them now; a track without a codec has sent nothing yet. */
  streams(): RecordingStream[] {
    return [...this.sinks].flatMap(([kind, { track }]) =>
      track.codec ? [{ kind, codec: track.codec, payloadType: PAYLOAD_TYPES[kind], clock: track.clock }] : [],
    );
  }

  /** Pictures since the last key frame, of a source that can't be asked for one; a recording that starts with them needs no other. */
  takeKept(): MediaPacket[] {
    const track = this.sinks.get("video")?.track;
    const kept = track?.isHeld ? [] : [...(track?.kept() ?? [])];
    if (kept.length > 0) this.waitsForKey.delete("video");
    return kept;
  }

  waitForKey(): void {
    if (this.sinks.has("video")) this.waitsForKey.add("video");
  }

  /** False while the kind waits for its key frame. */
  admits(kind: Kind, isKeyStart: boolean): boolean {
    if (isKeyStart) this.waitsForKey.delete(kind);
    return !this.waitsForKey.has(kind);
  }

  askKeyFrame(): void {
    this.sinks.get("video")?.track.requestKeyFrame();
  }
}
