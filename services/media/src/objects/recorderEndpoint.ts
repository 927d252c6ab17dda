import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { Recording } from "../ffmpeg/recording";
import type { Kind, MediaPacket } from "../media/packet";
import type { Track, TrackSink } from "../media/track";
import type { Operations, Params } from "../protocol";
import { type Context, type MediaObject, stringParam } from "./mediaObject";
import { containerFor, profileOf } from "./mediaProfile";
import { fileOf } from "./recordingsFolder";
import { UriEndpoint } from "./uriEndpoint";

/** A player can jump to these: as often as this, a source that can is asked for a key frame. */
const KEY_FRAME_EVERY_MS = 3_000;
const PAYLOAD_TYPES: Record<Kind, number> = { video: 96, audio: 97 };

/** Writes what flows into it to a file, as it is; nothing is transcoded. */
export class RecorderEndpoint extends UriEndpoint {
  private readonly profile;
  private readonly stopsAtEnd: boolean;
  private readonly inputs = new Map<Kind, { track: Track; sink: RecorderInput }>();
  private file?: string;
  private recording?: Recording;
  private isStarting = false;
  private early: [Kind, MediaPacket][] = [];
  private pausedAtMs?: number;
  private readonly waitsForKey = new Set<Kind>();
  private keyTimer?: NodeJS.Timeout;

  constructor(context: Context, parent: MediaObject, params: Params) {
    super("RecorderEndpoint", context, parent, stringParam(params, "uri"));
    this.profile = profileOf(params["mediaProfile"]);
    this.stopsAtEnd = params["stopOnEndOfStream"] === true;
  }

  async record(): Promise<void> {
    if (this.file !== undefined) return this.resume();
    const file = fileOf(this.uri, this.context.config.recordingsFolder);
    const problem = file === undefined ? "not inside the recordings folder" : await whyNotWritable(file);
    if (problem !== undefined || file === undefined) return this.raiseOpenError(problem ?? "");
    this.file = file;
    this.keyTimer = setInterval(() => this.askKeyFrame(), KEY_FRAME_EVERY_MS).unref();
    this.askKeyFrame();
    this.startFromKept();
  }

  private resume(): void {
    if (this.pausedAtMs === undefined) return;
    const pausedMs = performance.now() - this.pausedAtMs;
    this.pausedAtMs = undefined;
    for (const kind of this.inputs.keys()) this.recording?.rejoin(kind, pausedMs);
    if (this.inputs.has("video")) this.waitsForKey.add("video");
    this.askKeyFrame();
    this.tellRecording();
  }

  override pause(): void {
    if (this.file === undefined || this.pausedAtMs !== undefined) return;
    this.pausedAtMs = performance.now();
    this.raise("Paused");
    this.setState("PAUSE");
  }

  /** The client is answered at once; Stopped says when the file is complete. */
  override stop(): void {
    void this.stopAndWait();
  }

  async stopAndWait(): Promise<void> {
    if (this.file === undefined) return;
    await this.finish();
    this.setState("STOP");
    this.raise("Stopped");
  }

  private async finish(): Promise<void> {
    const { recording, file } = this;
    this.file = this.recording = this.pausedAtMs = undefined;
    this.early = [];
    clearInterval(this.keyTimer);
    await recording?.finish();
    if (recording) this.context.log.info("recording-finished", { object: this.id, file });
  }

  protected override setInput(kind: Kind, track: Track | undefined): void {
    const old = this.inputs.get(kind);
    old?.track.removeSink(old.sink);
    this.inputs.delete(kind);
    if (!track || !this.profile.kinds.includes(kind)) return;
    const sink = new RecorderInput(this, kind);
    this.inputs.set(kind, { track, sink });
    this.onRestart(kind);
    track.addSink(sink);
    if (this.file !== undefined) this.askKeyFrame();
  }

  /** For {@link RecorderInput}: what follows is another stream. */
  onRestart(kind: Kind): void {
    this.recording?.rejoin(kind);
    if (kind === "video") this.waitsForKey.add(kind);
  }

  onEnd(): void {
    if (this.stopsAtEnd) this.stop();
  }

  onDetached(kind: Kind): void {
    this.inputs.delete(kind);
  }

  onPacket(kind: Kind, packet: MediaPacket, isKeyStart: boolean): void {
    if (this.file === undefined || this.pausedAtMs !== undefined) return;
    if (this.waitsForKey.has(kind)) {
      if (!isKeyStart) return;
      this.waitsForKey.delete(kind);
    }
    if (this.recording) return this.recording.write(kind, packet);
    if (this.isStarting) return void this.early.push([kind, packet]);
    const needsPicture = this.inputs.get("video")?.track.codec !== undefined;
    if (kind === "video" ? isKeyStart : !needsPicture) this.start([packet], kind);
  }

  /** A source that can't be asked for a key frame has kept its last one. */
  startFromKept(): void {
    const track = this.inputs.get("video")?.track;
    const kept = track?.isHeld ? [] : (track?.gop?.kept() ?? []);
    if (this.file !== undefined && kept.length > 0 && !this.recording && !this.isStarting) {
      this.waitsForKey.delete("video");
      this.start([...kept], "video");
    }
  }

  private start(first: MediaPacket[], kind: Kind): void {
    this.isStarting = true;
    this.launch(first, kind).catch((error: Error) => this.onFailed(error.message));
  }

  private async launch(first: MediaPacket[], kind: Kind): Promise<void> {
    const { config, door, log } = this.context;
    const streams = [...this.inputs].flatMap(([each, { track }]) =>
      track.codec ? [{ kind: each, codec: track.codec, payloadType: PAYLOAD_TYPES[each], clock: track.clock }] : [],
    );
    const file = this.file!;
    const container = containerFor(
      this.profile,
      streams.map(({ codec }) => codec.name),
    );
    const recording = await Recording.start(config.ffmpeg, door, file, container, streams);
    this.isStarting = false;
    if (this.file !== file) return recording.finish();
    this.recording = recording;
    const spanMs = kind === "video" ? (((first.at(-1)!.timestamp - first[0]!.timestamp) | 0) / 90_000) * 1000 : 0;
    for (const packet of first) recording.write(kind, packet, spanMs);
    for (const [each, packet] of this.early.splice(0)) recording.write(each, packet);
    void recording.child.ended.then(() => this.recording === recording && this.onFailed(recording.child.lastWords));
    log.info("recording-started", { object: this.id, file, container, codecs: streams.map(({ codec }) => codec.name) });
    this.tellRecording();
  }

  private tellRecording(): void {
    this.raise("Recording");
    this.setState("START");
  }

  private onFailed(reason: string): void {
    this.isStarting = false;
    this.recording = undefined;
    this.context.log.error("recording-failed", { object: this.id, file: this.file, reason });
    void this.finish();
    this.raise("Error", { description: `Recording failed: ${reason}`, errorCode: 10, type: "RESOURCE_ERROR_WRITE" });
    this.setState("STOP");
  }

  private raiseOpenError(problem: string): void {
    this.context.log.warn("recording-refused", { object: this.id, uri: this.uri, problem });
    const name = this.uri.replace(/^file:\/\//, "");
    const description = `Error code 6: Could not open file "${name}" for writing., source: ${this.id}, debug info: ${problem}`;
    this.raise("Error", { description, errorCode: 6, type: "RESOURCE_ERROR_OPEN" });
  }

  private askKeyFrame(): void {
    this.inputs.get("video")?.track.requestKeyFrame();
  }

  protected override async dispose(): Promise<void> {
    await super.dispose();
    await this.finish();
  }
}

/** One medium on its way into the recorder. */
class RecorderInput implements TrackSink {
  constructor(
    private readonly recorder: RecorderEndpoint,
    private readonly kind: Kind,
  ) {}

  onPacket(packet: MediaPacket, isKeyStart: boolean): void {
    this.recorder.onPacket(this.kind, packet, isKeyStart);
  }

  onRestart(): void {
    this.recorder.onRestart(this.kind);
  }

  onStart(): void {
    this.recorder.startFromKept();
  }

  onEnd(): void {
    this.recorder.onEnd();
  }

  onDetached(): void {
    this.recorder.onDetached(this.kind);
  }
}

/** Why the file can't be written, in the system's words; makes its folder. */
async function whyNotWritable(file: string): Promise<string | undefined> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await (await open(file, "w")).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export const recorderEndpointOperations: Operations<"RecorderEndpoint", RecorderEndpoint> = {
  record: (self) => self.record(),
  stopAndWait: (self) => self.stopAndWait(),
};
