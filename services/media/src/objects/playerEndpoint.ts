import { Camera } from "../ffmpeg/camera";
import { maskSecrets } from "../log";
import type { Operations, Params } from "../protocol";
import { type Context, type MediaObject, stringParam } from "./mediaObject";
import { fileOf } from "./recordingsFolder";
import { UriEndpoint } from "./uriEndpoint";

/** An RTSP camera, or a file of the recordings folder. It does not reconnect: that is the client's part, as with a real server. */
export class PlayerEndpoint extends UriEndpoint {
  private camera?: Camera;

  constructor(context: Context, parent: MediaObject, params: Params) {
    super("PlayerEndpoint", context, parent, stringParam(params, "uri"));
  }

  protected override setInput(): void {
    // Nothing flows into a player.
  }

  play(): void {
    if (this.camera) {
      this.setPaused(false);
      return;
    }
    this.setState("START");
    const source = this.source();
    if (source === undefined) return this.raiseInvalid("The address is neither rtsp:// nor a file of the recordings folder");
    const { config, log, door } = this.context;
    const options = { program: config.ffmpeg, silenceMs: config.cameraSilenceMs, door, log, id: this.id };
    const camera = new Camera(source, this.outputs, options, {
      ended: (failure, hadMedia) => {
        if (this.camera === camera) this.onEnded(failure, hadMedia);
      },
    });
    this.camera = camera;
  }

  private source(): string | undefined {
    const isRtsp = /^rtsps?:\/\/[^\s]+$/i.test(this.uri);
    return isRtsp ? this.uri : fileOf(this.uri, this.context.config.recordingsFolder);
  }

  private onEnded(failure: string | undefined, hadMedia: boolean): void {
    this.camera = undefined;
    if (failure !== undefined) this.raiseInvalid(failure);
    if (failure !== undefined && !hadMedia) return;
    this.setState("STOP");
    this.raise("EndOfStream");
    for (const track of Object.values(this.outputs)) track.end();
  }

  /** The client learns no more than from a real server; the reason stands in the log. */
  private raiseInvalid(reason: string): void {
    this.context.log.warn("source-failed", { object: this.id, uri: maskSecrets(this.uri), reason });
    this.raise("Error", { description: "Invalid URI", errorCode: 0, type: "INVALID_URI" });
  }

  private setPaused(isPaused: boolean): void {
    for (const track of Object.values(this.outputs)) track.setPaused(isPaused);
    this.setState(isPaused ? "PAUSE" : "START");
  }

  override pause(): void {
    if (this.camera) this.setPaused(true);
  }

  override async stop(): Promise<void> {
    const { camera } = this;
    this.camera = undefined;
    this.setState("STOP");
    await camera?.stop();
    for (const track of Object.values(this.outputs)) track.reset();
  }

  protected override async dispose(): Promise<void> {
    const { camera } = this;
    this.camera = undefined;
    await super.dispose();
    await camera?.stop();
  }
}

export const playerEndpointOperations: Operations<"PlayerEndpoint", PlayerEndpoint> = {
  getVideoInfo: () => ({ __module__: "kurento", __type__: "VideoInfo", duration: 0, isSeekable: false, seekableEnd: 0, seekableInit: 0 }),
  play: (self) => self.play(),
};
