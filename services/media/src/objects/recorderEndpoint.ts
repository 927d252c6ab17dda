import { Recording } from "../ffmpeg/recording";
import type { Kind, MediaPacket } from "../media/packet";
import type { Track } from "../media/track";
import type { Operations, Params } from "../protocol";
import { type Context, type MediaObject, stringParam } from "./mediaObject";
import { containerFor, profileOf } from "./mediaProfile";
import { type RecorderEvents, RecorderInputs } from "./recorderInputs";
import { fileOf, whyNotWritable } from "./recordingsFolder";
import { Turns } from "./turns";
import { UriEndpoint } from "./uriEndpoint";

/** A player can jump to these: as often as this, a source that can is asked for a key frame. */
const KEY_FRAME_EVERY_MS = 3_000;

/** Writes what flows into it to a file, as it is; nothing is transcoded. */
export class RecorderEndpoint extends UriEndpoint implements RecorderEvents {
  private readonly profile;
  private readonly stopsAtEnd: boolean;
  private readonly inputs = new RecorderInputs(this);
  private file?: string;
  private recording?: Recording;
  private pausedAtMs?: number;
  private keyTimer?: NodeJS.Timeout;
  /** A file takes a while to begin and to end: what is asked for meanwhile waits. */
  private readonly turns = new Turns();

  constructor(context: Context, parent: MediaObject, params: Params) {
    super("RecorderEndpoint", context, parent, stringParam(params, "uri"));
    this.profile = profileOf(params["mediaProfile"]);
    this.stopsAtEnd = params["stopOnEndOfStream"] === true;
  }

  record(): Promise<void> {
    return this.turns.run(() => this.begin());
  }

  private async begin(): Promise<void> {
    if (this.file !== undefined) return this.resume();
    const file = fileOf(this.uri, this.context.config.recordingsFolder);
    const problem = file === undefined ? "not inside the recordings folder" : await whyNotWritable(file);
    if (problem !== undefined || file === undefined) return this.raiseOpenError(problem ?? "");
    this.file = file;
    this.keyTimer = setInterval(() => this.inputs.askKeyFrame(), KEY_FRAME_EVERY_MS).unref();
    this.inputs.askKeyFrame();
    this.onStart();
  }

  private resume(): void {
    if (this.pausedAtMs === undefined) return;
    const pausedMs = performance.now() - this.pausedAtMs;
    this.pausedAtMs = undefined;
    for (const kind of this.inputs.kinds) this.recording?.rejoin(kind, pausedMs);
    this.inputs.waitForKey();
    this.inputs.askKeyFrame();
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

  stopAndWait(): Promise<void> {
    return this.turns.run(async () => {
      if (this.file === undefined) return;
      await this.finish();
      this.setState("STOP");
      this.raise("Stopped");
    });
  }

  private async finish(): Promise<void> {
    const { recording, file } = this;
    this.file = this.recording = this.pausedAtMs = undefined;
    clearInterval(this.keyTimer);
    await recording?.finish();
    if (recording) this.context.log.info("recording-finished", { object: this.id, file });
  }

  protected override setInput(kind: Kind, track: Track | undefined): void {
    const taken = this.profile.kinds.includes(kind) ? track : undefined;
    this.inputs.set(kind, taken);
    if (taken && this.file !== undefined) this.inputs.askKeyFrame();
  }

  onRestart(kind: Kind): void {
    this.recording?.rejoin(kind);
  }

  onStart(): void {
    if (this.file === undefined || this.recording) return;
    const kept = this.inputs.takeKept();
    if (kept.length > 0) this.start(kept, "video");
  }

  onEnd(): void {
    if (this.stopsAtEnd) this.stop();
  }

  onPacket(kind: Kind, packet: MediaPacket, isKeyStart: boolean): void {
    if (this.file === undefined || this.pausedAtMs !== undefined || !this.inputs.admits(kind, isKeyStart)) return;
    if (this.recording) return this.recording.write(kind, packet);
    if (kind === "video" ? isKeyStart : !this.inputs.hasPicture) this.start([packet], kind);
  }

  private start(first: MediaPacket[], kind: Kind): void {
    const { config, door, log } = this.context;
    const streams = this.inputs.streams();
    const codecs = streams.map(({ codec }) => codec.name);
    const plan = { program: config.ffmpeg, file: this.file!, container: containerFor(this.profile, codecs) };
    const recording = (this.recording = new Recording(door, plan, streams));
    const spanMs = kind === "video" ? (((first.at(-1)!.timestamp - first[0]!.timestamp) | 0) / 90_000) * 1000 : 0;
    for (const packet of first) recording.write(kind, packet, spanMs);
    void recording.ended.then(() => this.recording === recording && this.onFailed(recording.lastWords));
    void recording.started.then(() => {
      if (this.recording !== recording) return;
      log.info("recording-started", { object: this.id, file: plan.file, container: plan.container, codecs });
      this.tellRecording();
    });
  }

  private tellRecording(): void {
    this.raise("Recording");
    this.setState("START");
  }

  private onFailed(reason: string): void {
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

  protected override async dispose(): Promise<void> {
    await super.dispose();
    await this.turns.run(() => this.finish());
  }
}

export const recorderEndpointOperations: Operations<"RecorderEndpoint", RecorderEndpoint> = {
  record: (self) => self.record(),
  stopAndWait: (self) => self.stopAndWait(),
};
