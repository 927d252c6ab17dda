// Longer than usual: one life cycle, whose steps make sense only together.
import type { CameraConfig, Config } from "../config";
import type { Ledger } from "../ledger";
import { reasonOf, type Log } from "../log";
import type { RecordingProfile } from "../sdp";
import type { Stream, StreamRegistry } from "../streams";
import { addressWithCredentials, cameraFault } from "./cameraFault";
import type { Remote } from "./kurento";
import type { MediaPool } from "./pool";
import { startRecorder, type Recorder } from "./recorder";
import { probeRtsp } from "./rtspProbe";
import type { MediaServer } from "./server";

export interface CameraParts {
  readonly config: Pick<Config, "recordings">;
  readonly pool: MediaPool;
  readonly streams: StreamRegistry;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly times: CameraTimes;
}

export interface CameraTimes {
  /** From `play` to the first picture. */
  readonly patienceMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}
export const cameraTimes: CameraTimes = { patienceMs: 15_000, firstRetryMs: 1000, lastRetryMs: 10_000 };

const probeTimeoutMs = 2000;

/** Cameras send H.264; their sound (G.711, AAC) is nothing that a browser plays, so the picture alone is kept. */
const profile: RecordingProfile = { profile: "MKV_VIDEO_ONLY", extension: "mkv", media: ["VIDEO"] };

/** One attempt to play: a PlayerEndpoint that works until it fails, once. */
interface Attempt {
  readonly player: Remote;
  recorder: Recorder | null;
  file: string | null;
  isOver: boolean;
  patience: NodeJS.Timeout | undefined;
}

/**
 * A camera as a stream that is always on the wall. Its pipeline, with the viewers in it, outlives the PlayerEndpoint: a player does not
 * come back after Error, EndOfStream or NOT_FLOWING, so a new one takes its place.
 */
export class Camera {
  private readonly stream: Stream;
  private attempt: Attempt | null = null;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly parts: CameraParts,
    private readonly camera: CameraConfig,
    private readonly password: string | undefined,
  ) {
    const { name, title } = camera;
    const startedAt = new Date().toISOString();
    this.stream = {
      id: `camera-${name}`,
      title,
      kind: "camera",
      startedAt,
      state: "connecting",
      isRecording: false,
      wiring: null,
      viewers: new Set(),
    };
  }

  start(): void {
    this.parts.streams.add(this.stream);
    this.parts.ledger.streamStarted(this.stream);
    for (const server of this.parts.pool.servers) server.onUp(() => this.nudge());
    if (this.parts.pool.leastLoaded()) void this.play();
    else this.retry = setTimeout(() => void this.play(), this.parts.times.patienceMs);
  }

  /** A media server came up: a camera that has none need not wait for its next try. */
  private nudge(): void {
    if (this.attempt || this.stream.wiring) return;
    clearTimeout(this.retry);
    void this.play();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.stopListening();
    await this.endAttempt();
    const { wiring } = this.stream;
    if (wiring?.server.isUp) await wiring.pipeline.release().catch(() => undefined);
    this.parts.streams.remove(this.stream.id);
    this.parts.ledger.streamEnded(this.stream.id, "The signaling server stopped");
  }

  private async play(): Promise<void> {
    if (this.isClosed) return;
    try {
      const { server, pipeline } = (this.stream.wiring ??= await this.makePipeline());
      const uri = addressWithCredentials(this.camera.url, this.camera.username, this.password);
      const player = await server.kurento.create("PlayerEndpoint", {
        mediaPipeline: pipeline,
        uri,
        useEncodedMedia: true,
        networkCache: 0,
      });
      if (this.isClosed) return await player.release();
      const attempt: Attempt = { player, recorder: null, file: null, isOver: false, patience: undefined };
      this.attempt = attempt;
      this.follow(attempt);
      this.parts.streams.update(this.stream, { wiring: { server, pipeline, source: player } });
      await Promise.all([...this.stream.viewers].map(({ endpoint }) => player.call("connect", endpoint)));
      attempt.patience = setTimeout(() => this.fail(attempt), this.parts.times.patienceMs);
      await player.call("play");
    } catch (error) {
      this.giveUp(`The media server cannot play it: ${reasonOf(error)}`);
    }
  }

  private async makePipeline(): Promise<{ server: MediaServer; pipeline: Remote; source: null }> {
    const server = this.parts.pool.leastLoaded();
    if (!server) throw new Error("no media server answers");
    const pipeline = await server.createPipeline();
    const free = this.parts.pool.occupy(server);
    this.stopListening();
    this.stopListening = server.onGone(() => this.loseServer());
    const stop = this.stopListening;
    this.stopListening = () => (stop(), free());
    return { server, pipeline, source: null };
  }

  private follow(attempt: Attempt): void {
    const { player } = attempt;
    player.on("Error", () => this.fail(attempt));
    player.on("EndOfStream", () => this.fail(attempt));
    player.on("MediaFlowOutStateChanged", ({ state, mediaType }) => {
      if (mediaType !== "VIDEO" || attempt.isOver) return;
      if (state === "FLOWING") this.flows(attempt);
      else this.fail(attempt);
    });
  }

  private flows(attempt: Attempt): void {
    clearTimeout(attempt.patience);
    if (this.failures > 0 || this.stream.state !== "live") this.parts.log.info("Camera is live", { camera: this.camera.name });
    this.failures = 0;
    this.parts.streams.update(this.stream, { state: "live", reason: undefined });
    if (this.camera.record && !attempt.file) void this.record(attempt);
  }

  private async record(attempt: Attempt): Promise<void> {
    const { config, streams, ledger, log } = this.parts;
    const { id: streamId, title, wiring } = this.stream;
    if (!wiring) return;
    const startedAt = new Date().toISOString();
    const file = `${streamId}-${startedAt.replace(/[-:]|\.\d+/g, "")}.${profile.extension}`;
    attempt.file = file;
    const fail = (reason: string) => {
      log.error("Recording failed", { stream: streamId, reason });
      streams.update(this.stream, { isRecording: false });
    };
    try {
      const uri = `file://${config.recordings.folder}/${file}`;
      const recorder = await startRecorder(wiring.server, wiring.pipeline, attempt.player, uri, profile, fail);
      if (attempt.isOver) return await recorder.stop();
      attempt.recorder = recorder;
      streams.update(this.stream, { isRecording: true });
      ledger.recordingStarted({ streamId, title, kind: "camera", startedAt, file, host: config.recordings.host });
    } catch (error) {
      if (!attempt.isOver) fail(reasonOf(error));
    }
  }

  /** The media server names no reason that a person could use, so the camera is asked. */
  private fail(attempt: Attempt): void {
    if (attempt.isOver || this.attempt !== attempt) return;
    void this.endAttempt();
    const { url, username } = this.camera;
    const credentials = username === undefined ? null : { username, password: this.password ?? "" };
    void probeRtsp(url, credentials, probeTimeoutMs).then((answer) => this.giveUp(cameraFault(url, answer)));
  }

  private giveUp(reason: string): void {
    if (this.isClosed) return;
    const isNews = this.stream.state !== "down" || this.stream.reason !== reason;
    this.parts.streams.update(this.stream, { state: "down", reason, isRecording: false });
    if (isNews) this.parts.log.warn("Camera is down", { camera: this.camera.name, reason });
    const { firstRetryMs, lastRetryMs } = this.parts.times;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.play(), Math.min(lastRetryMs, firstRetryMs * 2 ** this.failures++));
  }

  private loseServer(): void {
    void this.endAttempt();
    this.stopListening();
    const viewers = [...this.stream.viewers];
    this.stream.viewers.clear();
    this.parts.streams.update(this.stream, { wiring: null });
    for (const viewer of viewers) viewer.onEnded("The media server went away");
    this.giveUp("The media server went away");
  }

  private async endAttempt(): Promise<void> {
    const { attempt } = this;
    if (!attempt || attempt.isOver) return;
    attempt.isOver = true;
    this.attempt = null;
    clearTimeout(attempt.patience);
    const { wiring } = this.stream;
    if (wiring) this.stream.wiring = { ...wiring, source: null };
    if (wiring?.server.isUp) {
      await attempt.recorder?.stop().catch(() => undefined);
      await attempt.player.release().catch(() => undefined);
    }
    if (attempt.recorder && attempt.file) this.parts.ledger.recordingEnded(attempt.file);
  }
}
