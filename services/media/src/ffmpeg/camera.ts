import type { Log } from "../log";
import { codecName, type Codec, type Kind } from "../media/packet";
import { parseRtp, parseSenderClock } from "../media/rtpWire";
import type { Track } from "../media/track";
import type { RtspServer } from "../rtsp/rtspServer";
import { splitSdp } from "../webrtc/offer";
import { cameraPlan } from "./arguments";
import { Child } from "./child";

/** The first pictures come in a burst: they are kept, and viewers start from them when time runs normally again. */
export const BURST_MS = 150;
/** Time for connecting, authentication and the first picture. */
const START_TIMEOUT_MS = 15_000;
const WATCH_MS = 250;

export interface CameraEvents {
  /** The source ended. `failure`: why, or undefined for the end of a file. */
  ended(failure: string | undefined, hadMedia: boolean): void;
}

/** The codec of each section of a pushed description, by interleaved channel. */
export function pushedStreams(sdp: string): Map<number, { kind: Kind; codec: Codec }> {
  const streams = new Map<number, { kind: Kind; codec: Codec }>();
  splitSdp(sdp).sections.forEach(({ kind, lines }, index) => {
    const [, name = "", clockRate = "", channels] =
      /^a=rtpmap:\d+ ([^/]+)\/(\d+)(?:\/(\d+))?/.exec(lines.find((line) => line.startsWith("a=rtpmap:")) ?? "") ?? [];
    const known = codecName(name);
    if (!known || (kind !== "audio" && kind !== "video")) return;
    streams.set(index * 2, {
      kind,
      codec: { name: known, clockRate: Number(clockRate), channels: channels ? Number(channels) : undefined },
    });
  });
  return streams;
}

/** One attempt to read a camera or file: an ffmpeg child, the door it pushes through, and a watch for silence. */
export class Camera {
  private readonly opened: Promise<void>;
  private child?: Child;
  private streams = new Map<number, { kind: Kind; codec: Codec }>();
  private startedMs = performance.now();
  private lastMs = 0;
  private watch?: NodeJS.Timeout;
  private isStopped = false;

  constructor(
    private readonly source: string,
    private readonly tracks: Record<Kind, Track>,
    private readonly options: { program: string; silenceMs: number; door: RtspServer; log: Log; id: string },
    private readonly events: CameraEvents,
  ) {
    this.opened = this.open().catch((error: Error) => this.end(error.message));
  }

  /** Ends it without an event. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.watch);
    await this.opened;
    await this.child?.stop("SIGKILL", 1_000);
  }

  private async open(): Promise<void> {
    const { door, program } = this.options;
    const { url, close } = await door.open({
      onAnnounce: (sdp) => this.onAnnounce(sdp),
      onFrame: (channel, data) => this.onFrame(channel, data),
    });
    if (this.isStopped) return close();
    const child = (this.child = new Child(program, cameraPlan(this.source, url)));
    this.watch = setInterval(() => this.checkSilence(), WATCH_MS).unref();
    void child.ended.then(({ code }) => {
      close();
      this.end(this.failureOf(code));
    });
  }

  /** A dead camera ends ffmpeg with code 0 too: only a file may end well. */
  private failureOf(code: number | null): string | undefined {
    const isFile = this.source.startsWith("/");
    return isFile && code === 0 && this.lastMs > 0 ? undefined : this.child?.lastWords || `ffmpeg ended with ${code}`;
  }

  private end(failure: string | undefined): void {
    clearInterval(this.watch);
    if (this.isStopped) return;
    this.isStopped = true;
    this.events.ended(failure, this.lastMs > 0);
  }

  private checkSilence(): void {
    const nowMs = performance.now();
    const silentMs = this.lastMs > 0 ? nowMs - this.lastMs : 0;
    if (silentMs > this.options.silenceMs) this.fail(`Nothing came for ${Math.round(silentMs)} ms`);
    else if (this.lastMs === 0 && nowMs - this.startedMs > START_TIMEOUT_MS) this.fail(`No picture within ${START_TIMEOUT_MS} ms`);
  }

  private fail(failure: string): void {
    const { child } = this;
    this.end(failure);
    void child?.stop("SIGKILL", 1_000);
  }

  private onAnnounce(sdp: string): void {
    this.streams = pushedStreams(sdp);
    for (const { kind, codec } of this.streams.values()) this.tracks[kind].codec = codec;
    const codecs = [...this.streams.values()].map(({ codec }) => codec.name);
    this.options.log.info("camera-opened", { object: this.options.id, codecs, afterMs: Math.round(performance.now() - this.startedMs) });
  }

  private onFrame(channel: number, data: Buffer): void {
    const stream = this.streams.get(channel & ~1);
    if (!stream || this.isStopped) return;
    const track = this.tracks[stream.kind];
    if (channel & 1) {
      track.clock = parseSenderClock(data) ?? track.clock;
      return;
    }
    const rtp = parseRtp(data);
    if (!rtp) return;
    if (this.lastMs === 0) this.holdBurst();
    this.lastMs = performance.now();
    track.push(rtp.packet);
  }

  private holdBurst(): void {
    for (const track of Object.values(this.tracks)) track.hold();
    setTimeout(() => Object.values(this.tracks).forEach((track) => track.goLive()), BURST_MS).unref();
  }
}
