// Longer than usual: one camera from start to close; each attempt to play it, its probe and its faults stand in files beside.
import type { CameraConfig } from "../config";
import { reasonOf } from "../log";
import { cameraStreamId, movedReason, type Stream } from "../streams";
import { CameraAttempt } from "./cameraAttempt";
import { addressWithCredentials, cameraFault } from "./cameraFault";
import type { Remote } from "./kurento";
import type { MediaPool } from "./pool";
import { probeRtsp, type RtspAnswer } from "./rtspProbe";
import type { MediaServer } from "./server";
import type { StreamRecordingParts } from "./streamRecording";

export interface CameraParts extends StreamRecordingParts {
  readonly pool: MediaPool;
  readonly times: CameraTimes;
}

/** Milliseconds. */
export interface CameraTimes {
  /** From `play` to the first picture. */
  readonly patienceMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}
/** What a site takes. */
export const cameraTimes: CameraTimes = { patienceMs: 15_000, firstRetryMs: 1000, lastRetryMs: 10_000 };

/** Of a camera that is reached: one that is late on a busy computer still says what is wrong with its password. */
const probeTimeoutMs = 5000;

/** A camera's stream before anybody plays it. */
export function cameraStream({ name, title }: Pick<CameraConfig, "name" | "title">): Stream {
  return {
    id: cameraStreamId(name),
    title,
    kind: "camera",
    startedAt: new Date().toISOString(),
    state: "connecting",
    isRecording: false,
    wiring: null,
    viewers: new Set(),
  };
}

/** A camera that this replica plays. Its pipeline, with the viewers in it, outlives the attempts to play it. */
export class Camera {
  private readonly stream: Stream;
  private attempt: CameraAttempt | null = null;
  private failures = 0;
  private isTrying = false;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  private leaveServer: () => void = () => undefined;
  private stopListening: readonly (() => void)[] = [];

  constructor(
    private readonly parts: CameraParts,
    private readonly camera: CameraConfig,
    private readonly password: string | undefined,
  ) {
    this.stream = cameraStream(camera);
  }

  /** Since when this replica plays it, ISO 8601. */
  get since(): string {
    return this.stream.startedAt;
  }

  start(): void {
    this.parts.streams.add(this.stream);
    this.parts.ledger.streamStarted(this.stream);
    this.stopListening = this.parts.pool.servers.map((server) => server.onUp(() => this.nudge()));
    if (this.parts.pool.leastLoaded()) void this.play();
    else this.retry = setTimeout(() => void this.play(), this.parts.times.patienceMs);
  }

  /** Stops to play it, and only then takes it from the wall: who takes over from here finds the camera free. */
  async close(): Promise<void> {
    // Now: who stops the server waits for a recorder only so long.
    this.parts.ledger.streamEnded(this.stream.id, "The signaling server stopped");
    await this.release();
    this.parts.streams.remove(this.stream.id);
  }

  /** Another replica plays it, too, and goes on: what is on the wall is that one's from now on. */
  async letGo(): Promise<void> {
    this.parts.streams.remove(this.stream.id);
    this.parts.ledger.streamEnded(this.stream.id, movedReason);
    await this.release();
  }

  private async release(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.leaveServer();
    for (const stop of this.stopListening) stop();
    const { wiring } = this.stream;
    this.stream.wiring = null; // nobody joins it any more
    this.dismiss(movedReason);
    await this.endAttempt();
    if (wiring?.server.isUp) await wiring.pipeline.release().catch(() => undefined);
    this.dismiss(movedReason); // who was joining meanwhile
  }

  private dismiss(reason: string): void {
    const viewers = [...this.stream.viewers];
    this.stream.viewers.clear();
    for (const viewer of viewers) viewer.onEnded(reason);
  }

  /** A media server came up: a camera that has none need not wait for its next try. */
  private nudge(): void {
    if (this.attempt || this.stream.wiring) return;
    clearTimeout(this.retry);
    void this.play();
  }

  private async play(): Promise<void> {
    if (this.isClosed || this.isTrying) return;
    this.isTrying = true;
    try {
      // The media server answers whatever a camera asks for.
      if (/^rtsps:/i.test(this.camera.url) && this.camera.username !== undefined) {
        const answer = await this.probe();
        if (answer === "basicOnly") return this.giveUp(cameraFault(this.camera.url, answer));
        if (this.isClosed) return;
      }
      const { server, pipeline } = (this.stream.wiring ??= await this.makePipeline());
      const uri = addressWithCredentials(this.camera.url, this.camera.username, this.password);
      const player = await server.kurento.create("PlayerEndpoint", {
        mediaPipeline: pipeline,
        uri,
        useEncodedMedia: true,
        networkCache: 0,
      });
      if (this.isClosed) return await pipeline.release();
      const attempt = new CameraAttempt(player, server, {
        onFlowing: () => this.flows(attempt),
        onFailed: () => this.fail(attempt),
      });
      this.attempt = attempt;
      this.parts.streams.update(this.stream, { wiring: { server, pipeline, source: player } });
      await Promise.all([...this.stream.viewers].map(({ endpoint }) => player.call("connect", endpoint)));
      await attempt.play(this.parts.times.patienceMs);
    } catch (error) {
      void this.endAttempt();
      this.giveUp(`The media server cannot play it: ${reasonOf(error)}`);
    } finally {
      this.isTrying = false;
    }
  }

  private probe(): Promise<RtspAnswer> {
    const { url, username } = this.camera;
    return probeRtsp(url, username === undefined ? null : { username, password: this.password ?? "" }, probeTimeoutMs);
  }

  private async makePipeline(): Promise<{ server: MediaServer; pipeline: Remote; source: null }> {
    const server = this.parts.pool.leastLoaded();
    if (!server) throw new Error("no media server answers");
    const pipeline = await server.createPipeline();
    if (this.isClosed) {
      await pipeline.release();
      throw new Error("it is not played any more");
    }
    this.leaveServer();
    const leave = [this.parts.pool.occupy(server), server.onGone(() => this.loseServer())];
    this.leaveServer = () => leave.forEach((each) => each());
    return { server, pipeline, source: null };
  }

  private flows(attempt: CameraAttempt): void {
    if (this.failures > 0 || this.stream.state !== "live") this.parts.log.info("Camera is live", { camera: this.camera.name });
    this.failures = 0;
    this.parts.streams.update(this.stream, { state: "live", reason: undefined });
    if (this.camera.record) attempt.record(this.parts, this.stream);
  }

  /** The media server names no reason that a person could use, so the camera is asked. */
  private fail(attempt: CameraAttempt): void {
    if (this.attempt !== attempt) return;
    void this.endAttempt();
    void this.probe().then((answer) => this.giveUp(cameraFault(this.camera.url, answer)));
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
    this.leaveServer();
    this.parts.streams.update(this.stream, { wiring: null });
    this.dismiss("The media server went away");
    this.giveUp("The media server went away");
  }

  private async endAttempt(): Promise<void> {
    const { attempt } = this;
    if (!attempt) return;
    this.attempt = null;
    const { wiring } = this.stream;
    if (wiring) this.stream.wiring = { ...wiring, source: null };
    await attempt.end();
  }
}
