import { KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import type { Operations, Params } from "../protocol";
import { numberParam, stringParam } from "./mediaObject";
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

/** Fields that every RTP statistic of a real server has and that have no meaning here. */
const STAT_BASE = {
  __module__: "kurento",
  associateStatsId: "",
  codecId: "",
  firCount: 0,
  isRemote: false,
  mediaTrackId: "",
  remb: 0,
  sliCount: 0,
  transportId: "",
};

export interface RtpCounts {
  id: string;
  kind: Kind;
  ssrc: number;
  packets: number;
  bytes: number;
  packetsLost: number;
  fractionLost: number;
  nackCount: number;
  pliCount: number;
}

export const inboundStats = ({
  id,
  ssrc,
  packets,
  bytes,
  packetsLost,
  fractionLost,
  nackCount,
  pliCount,
  jitter,
  remb,
}: RtpCounts & { jitter: number; remb: number }) => ({
  ...STAT_BASE,
  ...{ __type__: "RTCInboundRTPStreamStats", type: "inboundrtp", id, ssrc, timestampMillis: Date.now() },
  ...{ packetsReceived: packets, bytesReceived: bytes, packetsLost, fractionLost, nackCount, pliCount, jitter, remb },
});

export const outboundStats = ({
  id,
  ssrc,
  packets,
  bytes,
  packetsLost,
  fractionLost,
  nackCount,
  pliCount,
  roundTripTime,
}: RtpCounts & { roundTripTime: number }) => ({
  ...STAT_BASE,
  ...{ __type__: "RTCOutboundRTPStreamStats", type: "outboundrtp", id, ssrc, timestampMillis: Date.now() },
  ...{ packetsSent: packets, bytesSent: bytes, packetsLost, fractionLost, nackCount, pliCount, roundTripTime, targetBitrate: 0 },
});

/** The element's own entry in `getStats`; latencies are not measured here and are 0. */
export function endpointStats(id: string, kinds: Kind[]): Params {
  const latency = kinds.map((kind) => ({
    __module__: "kurento",
    __type__: "MediaLatencyStat",
    avg: 0,
    name: `sink_${kind}_default`,
    type: kind.toUpperCase(),
  }));
  return {
    __module__: "kurento",
    __type__: "EndpointStats",
    E2ELatency: latency,
    id,
    inputLatency: latency,
    timestampMillis: Date.now(),
    type: "endpoint",
  };
}

const noDescription = (type: "SDP_END_POINT_NO_LOCAL_SDP_ERROR" | "SDP_END_POINT_NO_REMOTE_SDP_ERROR", side: string) =>
  new KurentoError(type, `No ${side} session descriptor`);

function setBandwidth(field: keyof BaseRtpEndpoint["bandwidths"], name: string) {
  return (self: BaseRtpEndpoint, params: Params) => {
    self.bandwidths[field] = numberParam(params, name);
    self.applyBandwidths();
  };
}

export const sdpEndpointOperations: Operations<"SdpEndpoint", BaseRtpEndpoint> = {
  generateOffer: (self, params) => self.generateOffer((params["options"] as Params | undefined) ?? {}),
  getLocalSessionDescriptor: (self) => {
    if (self.localSdp === undefined) throw noDescription("SDP_END_POINT_NO_LOCAL_SDP_ERROR", "local");
    return self.localSdp;
  },
  getRemoteSessionDescriptor: (self) => {
    if (self.remoteSdp === undefined) throw noDescription("SDP_END_POINT_NO_REMOTE_SDP_ERROR", "remote");
    return self.remoteSdp;
  },
  getMaxAudioRecvBandwidth: (self) => self.bandwidths.maxAudioRecv,
  getMaxVideoRecvBandwidth: (self) => self.bandwidths.maxVideoRecv,
  processAnswer: (self, params) => self.processAnswer(stringParam(params, "answer")),
  processOffer: (self, params) => self.processOffer(stringParam(params, "offer")),
  setMaxAudioRecvBandwidth: setBandwidth("maxAudioRecv", "maxAudioRecvBandwidth"),
  setMaxVideoRecvBandwidth: setBandwidth("maxVideoRecv", "maxVideoRecvBandwidth"),
};

export const baseRtpEndpointOperations: Operations<"BaseRtpEndpoint", BaseRtpEndpoint> = {
  getConnectionState: (self) => self.connectionState,
  getMediaState: (self) => self.mediaState,
  getMaxVideoSendBandwidth: (self) => self.bandwidths.maxVideoSend,
  getMinVideoRecvBandwidth: (self) => self.bandwidths.minVideoRecv,
  getMinVideoSendBandwidth: (self) => self.bandwidths.minVideoSend,
  setMaxVideoSendBandwidth: setBandwidth("maxVideoSend", "maxVideoSendBandwidth"),
  setMinVideoRecvBandwidth: setBandwidth("minVideoRecv", "minVideoRecvBandwidth"),
  setMinVideoSendBandwidth: setBandwidth("minVideoSend", "minVideoSendBandwidth"),
};
