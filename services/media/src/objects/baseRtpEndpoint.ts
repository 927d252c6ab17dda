import { KurentoError } from "../errors";
import type { Params } from "../protocol";
import { MediaElement } from "./mediaElement";

/** Media counts as heard again, or as lost, after these (a real server was seen to take 1.2 s and 7.4 s). */
const MEDIA_CONNECTED_MS = 1_000;
const MEDIA_LOST_MS = 7_400;

type State = "CONNECTED" | "DISCONNECTED";

/** What WebRtcEndpoint and RtpEndpoint have in common: negotiation, connection and media state, bandwidths in kbit/s. */
export abstract class BaseRtpEndpoint extends MediaElement {
  localSdp?: string;
  remoteSdp?: string;
  connectionState: State = "DISCONNECTED";
  mediaState: State = "DISCONNECTED";
  readonly bandwidths = { maxAudioRecv: 0, maxVideoRecv: 0, minVideoRecv: 0, minVideoSend: 100, maxVideoSend: 500 };
  private isNegotiating = false;
  private isHearing = false;
  private mediaTimer?: NodeJS.Timeout;
  private heardAtMs = 0;
  private negotiation: Promise<unknown> = Promise.resolve();

  /** @throws {@link KurentoError} for what can't be negotiated. */
  protected abstract answer(offer: string): Promise<string>;
  protected abstract offer(options: Params): Promise<string>;
  protected abstract accept(answer: string): Promise<void>;
  /** `maxVideoRecvBandwidth` changed. */
  applyBandwidths(): void {}

  async processOffer(offer: string): Promise<string> {
    if (this.localSdp !== undefined || this.isNegotiating) {
      throw new KurentoError("SDP_END_POINT_ALREADY_NEGOTIATED", "Endpoint already negotiated");
    }
    this.isNegotiating = true;
    try {
      this.localSdp = await this.settle(this.answer(offer));
      this.remoteSdp = offer;
      return this.localSdp;
    } finally {
      this.isNegotiating = false;
    }
  }

  async generateOffer(options: Params): Promise<string> {
    if (this.localSdp !== undefined) throw new KurentoError("SDP_END_POINT_ALREADY_NEGOTIATED", "Endpoint already negotiated");
    this.localSdp = await this.settle(this.offer(options));
    return this.localSdp;
  }

  async processAnswer(answer: string): Promise<string> {
    if (this.localSdp === undefined)
      throw new KurentoError("SDP_END_POINT_NOT_OFFER_GENERATED", "Offer not generated. It is not possible to process an answer.");
    if (this.remoteSdp !== undefined) throw new KurentoError("SDP_END_POINT_ALREADY_NEGOTIATED", "Endpoint already negotiated");
    await this.settle(this.accept(answer));
    this.remoteSdp = answer;
    return this.localSdp;
  }

  protected setConnectionState(newState: State): void {
    const oldState = this.connectionState;
    if (newState === oldState) return;
    this.connectionState = newState;
    this.raise("ConnectionStateChanged", { newState, oldState });
  }

  private setMediaState(newState: State): void {
    const oldState = this.mediaState;
    if (newState === oldState) return;
    this.mediaState = newState;
    this.raise("MediaStateChanged", { newState, oldState });
  }

  /** Anything of this session's media came in. Called often: keep it cheap. */
  protected heard(): void {
    this.heardAtMs = performance.now();
    if (this.isHearing) return;
    this.isHearing = true;
    this.mediaTimer = setTimeout(() => this.checkMedia(), MEDIA_CONNECTED_MS).unref();
  }

  private checkMedia(): void {
    const silentMs = performance.now() - this.heardAtMs;
    if (silentMs >= MEDIA_LOST_MS) {
      this.isHearing = false;
      return this.setMediaState("DISCONNECTED");
    }
    this.setMediaState("CONNECTED");
    this.mediaTimer = setTimeout(() => this.checkMedia(), MEDIA_LOST_MS - silentMs).unref();
  }

  protected override async dispose(): Promise<void> {
    clearTimeout(this.mediaTimer);
    await super.dispose();
    // What a negotiation under way opens would stay open for ever.
    await this.negotiation;
  }

  private settle<T>(negotiation: Promise<T>): Promise<T> {
    this.negotiation = negotiation.catch(() => undefined);
    return negotiation;
  }
}
