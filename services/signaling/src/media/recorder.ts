import type { RecordingProfile } from "../sdp";
import type { Remote } from "./kurento";
import type { MediaServer } from "./server";

export interface Recorder {
  /** Writes what is left and closes the file. */
  stop(): Promise<void>;
}

/** Records a source to `uri` (a `file://` on the media server's host). `onError` is called when the server cannot write. */
export async function startRecorder(
  server: MediaServer,
  pipeline: Remote,
  source: Remote,
  uri: string,
  { profile, media }: RecordingProfile,
  onError: (reason: string) => void,
): Promise<Recorder> {
  const recorder = await server.kurento.create("RecorderEndpoint", { mediaPipeline: pipeline, uri, mediaProfile: profile });
  let isStopped = false;
  recorder.on("Error", ({ description }) => !isStopped && onError(description));
  await Promise.all(media.map((type) => source.call("connect", recorder, type)));
  await recorder.call("record");
  return {
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await recorder.call("stopAndWait").catch(() => undefined);
      await recorder.release();
    },
  };
}
