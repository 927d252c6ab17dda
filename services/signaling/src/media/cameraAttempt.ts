import type { RecordingProfile } from "../sdp";
import type { Stream } from "../streams";
import type { Remote } from "./kurento";
import type { MediaServer } from "./server";
import { recordStream, type StreamRecording, type StreamRecordingParts } from "./streamRecording";

/** Cameras send H.264; their sound (G.711, AAC) is nothing that a browser plays, so the picture alone is kept. */
const profile: RecordingProfile = { profile: "MKV_VIDEO_ONLY", extension: "mkv", media: ["VIDEO"] };

/** What becomes of one attempt. */
export interface CameraAttemptEvents {
  /** Its picture comes. */
  onFlowing(): void;
  /** It does not play, or not any more. Called once. */
  onFailed(): void;
}

/**
 * One attempt to play a camera: a PlayerEndpoint that works until it fails, once. It does not come back after Error, EndOfStream or
 * NOT_FLOWING.
 */
export class CameraAttempt {
  private recording: Promise<StreamRecording | null> | null = null;
  private isOver = false;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    readonly player: Remote,
    private readonly server: MediaServer,
    private readonly events: CameraAttemptEvents,
  ) {
    player.on("Error", () => this.fail());
    player.on("EndOfStream", () => this.fail());
    player.on("MediaFlowOutStateChanged", ({ state, mediaType }) => {
      if (mediaType !== "VIDEO" || this.isOver) return;
      if (state !== "FLOWING") return this.fail();
      clearTimeout(this.patience);
      this.events.onFlowing();
    });
  }

  /** Plays; the picture must come within `patienceMs`. */
  async play(patienceMs: number): Promise<void> {
    this.patience = setTimeout(() => this.fail(), patienceMs);
    await this.player.call("play");
  }

  /** Records it into a file of its own, if it does not yet. */
  record(parts: StreamRecordingParts, stream: Stream): void {
    const { wiring } = stream;
    if (this.recording || !wiring) return;
    const file = `${stream.id}-${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.${profile.extension}`;
    const { server, pipeline } = wiring;
    this.recording = recordStream(parts, stream, { server, pipeline, source: this.player, profile, file, isOver: () => this.isOver });
  }

  /** Ends the recording and gives back the player. */
  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.patience);
    await (await this.recording)?.end();
    if (this.server.isUp) await this.player.release().catch(() => undefined);
  }

  private fail(): void {
    if (!this.isOver) this.events.onFailed();
  }
}
