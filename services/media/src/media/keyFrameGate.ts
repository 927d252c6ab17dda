import { ASK_AGAIN_MS, type Track } from "./track";

/** Holds a stream back until a key frame begins; while it waits, it asks the source for one again and again. */
export class KeyFrameGate {
  isClosed = true;
  private askedAtMs = 0;

  ask(track: Track): void {
    this.askedAtMs = performance.now();
    track.requestKeyFrame();
  }

  /** True where a stream may begin. Does not open the gate: whether the stream can be sent at all is the caller's to know. */
  admits(isKeyStart: boolean, track: Track): boolean {
    if (isKeyStart) return true;
    if (performance.now() - this.askedAtMs > ASK_AGAIN_MS) this.ask(track);
    return false;
  }
}
