import type { Config } from "../config";
import type { Ledger } from "../ledger/ledger";
import { reasonOf, type Log } from "../log";
import type { RecordingProfile } from "../sdp";
import type { Stream, StreamRegistry } from "../streams";
import type { Remote } from "./kurento";
import { startRecorder } from "./recorder";
import type { MediaServer } from "./server";

export interface StreamRecordingParts {
  readonly config: Pick<Config, "recordings">;
  readonly streams: StreamRegistry;
  readonly ledger: Ledger;
  readonly log: Log;
}

export interface StreamRecordingPlan {
  readonly server: MediaServer;
  readonly pipeline: Remote;
  readonly source: Remote;
  readonly profile: RecordingProfile;
  readonly file: string;
  /** What is recorded has ended meanwhile: then nothing is said of it on the wall, and a failure is none. */
  readonly isOver: () => boolean;
}

/** One file of a stream, with its row in the ledger. */
export interface StreamRecording {
  /** Closes the file, where the media server is still there, and the row. */
  end(): Promise<void>;
}

/** Begins to record a stream. A recording that cannot be made is said in the log, and the stream goes on: `null`. */
export async function recordStream(
  { config, streams, ledger, log }: StreamRecordingParts,
  stream: Stream,
  { server, pipeline, source, profile, file, isOver }: StreamRecordingPlan,
): Promise<StreamRecording | null> {
  const { id: streamId, title, kind } = stream;
  const startedAt = new Date().toISOString();
  const fail = (reason: string) => {
    if (isOver()) return;
    log.error("Recording failed", { stream: streamId, reason });
    streams.update(stream, { isRecording: false });
  };
  try {
    const recorder = await startRecorder(server, pipeline, source, `file://${config.recordings.folder}/${file}`, profile, fail);
    if (!isOver()) streams.update(stream, { isRecording: true });
    ledger.recordingStarted({ streamId, title, kind, startedAt, file, host: server.name });
    return {
      async end() {
        const failed = (error: unknown) => log.warn("Cannot stop a recording", { stream: streamId, reason: reasonOf(error) });
        if (server.isUp) await recorder.stop().catch(failed);
        ledger.recordingEnded(file);
      },
    };
  } catch (error) {
    fail(reasonOf(error));
    return null;
  }
}
