import { randomUUID } from "node:crypto";
import type { Config } from "../config";
import { reasonOf } from "../log";
import type { Candidate } from "../messages";
import { Refusal } from "../refusal";
import { offerProblem, recordingProfile } from "../sdp";
import type { Stream } from "../streams";
import type { Remote } from "./kurento";
import type { MediaPool } from "./pool";
import type { MediaServer } from "./server";
import { recordStream, type StreamRecording, type StreamRecordingParts } from "./streamRecording";
import { WebRtcConnection } from "./webRtc";

export interface PublishingParts extends StreamRecordingParts {
  readonly config: Pick<Config, "recordings" | "maxBitrateBps">;
  readonly pool: MediaPool;
}

/** What a published stream tells its publisher. */
export interface PublisherEvents {
  onCandidate(candidate: Candidate): void;
  /** The stream ended without its publisher asking for it. */
  onEnded(reason: string): void;
}

const givenUp = "The stream was given up before it began";

/** One published phone: pipeline, endpoint, recorder, ledger rows. `end` gives all of it back, once, whoever calls first. */
export class Publishing {
  readonly id = randomUUID();
  private readonly connection: WebRtcConnection;
  private pipeline: Remote | null = null;
  private server: MediaServer | null = null;
  private stream: Stream | null = null;
  private recording: Promise<StreamRecording | null> | null = null;
  private ended: Promise<void> | null = null;
  private readonly cleanups: (() => void)[] = [];

  constructor(
    private readonly parts: PublishingParts,
    private readonly asked: { readonly title: string; readonly userId: string; readonly isRecorded: boolean },
    private readonly events: PublisherEvents,
  ) {
    this.connection = new WebRtcConnection({
      onCandidate: (candidate) => events.onCandidate(candidate),
      onFlowing: () => this.stream?.state === "connecting" && this.parts.streams.update(this.stream, { state: "live" }),
      onLost: (reason) => this.lose(reason),
      onSilent: () => this.lose("No more media arrived from the phone"),
    });
  }

  /** Answers the offer and puts the stream on the wall. @throws {Refusal}; nothing is left on the media server then. */
  async start(offer: string): Promise<string> {
    const problem = offerProblem(offer);
    if (problem) throw new Refusal("mediaRefused", problem);
    if (this.ended) throw new Refusal("mediaUnavailable", givenUp);
    const server = this.parts.pool.leastLoaded();
    if (!server) throw new Refusal("mediaUnavailable", "No media server is reachable at the moment. Try again shortly");
    this.server = server;
    this.cleanups.push(
      this.parts.pool.occupy(server),
      server.onGone(() => this.lose("The media server went away")),
    );
    try {
      const answer = await this.negotiate(server, offer);
      this.announce(server, answer);
      return answer;
    } catch (error) {
      const isOver = this.ended !== null;
      await this.end("refused");
      await this.pipeline?.release().catch(() => undefined); // made while it was being ended
      if (isOver) throw new Refusal("mediaUnavailable", givenUp);
      throw new Refusal("mediaRefused", `The media server refused the stream: ${reasonOf(error)}`);
    }
  }

  gather(): void {
    this.connection.gather();
  }

  addCandidate(candidate: Candidate): void {
    this.connection.addCandidate(candidate);
  }

  /** Ends its row, viewers, recording and pipeline, in this order. */
  end(reason: string): Promise<void> {
    this.ended ??= this.release(reason);
    return this.ended;
  }

  private lose(reason: string): void {
    if (this.ended) return;
    this.events.onEnded(reason);
    void this.end(reason);
  }

  private async negotiate(server: MediaServer, offer: string): Promise<string> {
    this.pipeline = await server.createPipeline();
    if (this.ended) throw new Error("ended");
    const kilobits = Math.floor(this.parts.config.maxBitrateBps / 1000);
    const answer = await this.connection.negotiate(server, this.pipeline, offer, (endpoint) => [
      endpoint.call("setMaxVideoRecvBandwidth", kilobits),
    ]);
    if (this.ended) throw new Error("ended");
    return answer;
  }

  private announce(server: MediaServer, answer: string): void {
    const { streams, ledger, log, config } = this.parts;
    const { id, pipeline } = this;
    const { title, userId, isRecorded } = this.asked;
    const source = this.connection.endpoint;
    if (!pipeline || !source) throw new Error("announced before it was negotiated");
    this.stream = {
      id,
      title,
      kind: "phone",
      startedAt: new Date().toISOString(),
      state: "connecting",
      isRecording: false,
      wiring: { server, pipeline, source },
      viewers: new Set(),
    };
    streams.add(this.stream);
    ledger.streamStarted({ ...this.stream, userId });
    log.info("Stream published", { stream: id, title, user: userId, media: server.name });
    if (!config.recordings.phones || !isRecorded) return;
    const profile = recordingProfile(answer);
    const plan = { server, pipeline, source, profile, file: `${id}.${profile.extension}`, isOver: () => this.ended !== null };
    this.recording = recordStream(this.parts, this.stream, plan);
  }

  private async release(reason: string): Promise<void> {
    const { streams, ledger, log } = this.parts;
    if (streams.remove(this.id)) {
      // Now: who stops the server waits for a recorder only so long.
      ledger.streamEnded(this.id, reason);
      log.info("Stream ended", { stream: this.id, reason });
    }
    if (this.stream) this.stream.wiring = null; // nobody joins it any more
    this.dismiss();
    await (await this.recording)?.end();
    if (this.server?.isUp) {
      await this.connection.release().catch(() => undefined);
      await this.pipeline?.release().catch((error: unknown) => log.warn("Cannot release", { stream: this.id, reason: reasonOf(error) }));
    }
    this.dismiss(); // who was joining meanwhile
    for (const cleanup of this.cleanups) cleanup();
  }

  private dismiss(): void {
    const viewers = [...(this.stream?.viewers ?? [])];
    this.stream?.viewers.clear();
    for (const viewer of viewers) viewer.onEnded("The stream has ended");
  }
}
