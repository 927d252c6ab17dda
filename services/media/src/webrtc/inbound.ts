import {
  PictureLossIndication,
  ReceiverEstimatedMaxBitrate,
  type RTCDtlsTransport,
  type RTCRtpReceiver,
  RtcpPayloadSpecificFeedback,
  RtcpSrPacket,
  type MediaStreamTrack,
  type RTCRtpCodecParameters,
} from "werift";
import { codecName, type Codec } from "../media/packet";
import type { Track } from "../media/track";

/** How often a publisher is told what it may send. Without it Chromium's bitrate was seen to stay at 520 kbit/s. */
export const REMB_INTERVAL_MS = 1_000;

interface ReceiverInternals {
  remoteStreams: Record<number, { packets_lost: number; fraction_lost: number; jitter: number } | undefined>;
  nackCountBySsrc: Record<number, number>;
}

/** The way of one received WebRTC track into a {@link Track}. */
export class Inbound {
  pliCount = 0;
  /** bit/s; 0 sends no estimate. */
  maxBps = 0;
  readonly ssrc: number;
  private payloadType = -1;
  private readonly codecs: Map<number, Codec>;
  private readonly timer?: NodeJS.Timeout;
  private isReady = false;

  constructor(
    readonly track: Track,
    private readonly remote: MediaStreamTrack,
    readonly receiver: RTCRtpReceiver,
    private readonly dtls: RTCDtlsTransport,
    negotiated: RTCRtpCodecParameters[],
  ) {
    this.ssrc = remote.ssrc ?? 0;
    this.codecs = new Map(negotiated.flatMap((codec) => toEntry(codec)));
    track.codec = this.codecs.get(negotiated[0]?.payloadType ?? -1);
    remote.onReceiveRtp.subscribe(({ header, payload }) => {
      if (header.payloadType !== this.payloadType) this.usePayloadType(header.payloadType);
      if (payload.length > 0)
        track.push({ sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, marker: header.marker, payload });
    });
    remote.onReceiveRtcp.subscribe((packet) => {
      if (packet instanceof RtcpSrPacket) track.clock = { ntp: packet.senderInfo.ntpTimestamp, rtp: packet.senderInfo.rtpTimestamp };
    });
    if (track.kind === "video") this.timer = setInterval(() => this.sendEstimate(), REMB_INTERVAL_MS).unref();
  }

  /** DTLS is up. */
  start(): void {
    this.isReady = true;
    this.sendEstimate();
    if (this.track.kind === "video" && this.track.sinkCount > 0) this.track.requestKeyFrame();
  }

  requestKeyFrame(): void {
    this.pliCount++;
    this.send(new PictureLossIndication({ senderSsrc: this.receiver.rtcpSsrc, mediaSsrc: this.ssrc }));
  }

  /** Fields of the statistics, from werift's own receiver reports. */
  counts() {
    const { packets, bytes } = this.track.flow;
    const { remoteStreams, nackCountBySsrc } = this.receiver as unknown as ReceiverInternals;
    const stream = remoteStreams[this.ssrc];
    return {
      ...{ ssrc: this.ssrc, packets, bytes, pliCount: this.pliCount, nackCount: nackCountBySsrc[this.ssrc] ?? 0, remb: this.maxBps },
      packetsLost: stream?.packets_lost ?? 0,
      fractionLost: stream?.fraction_lost ?? 0,
      jitter: (stream?.jitter ?? 0) / (this.track.codec?.clockRate ?? 90_000),
    };
  }

  close(): void {
    clearInterval(this.timer);
    this.isReady = false;
  }

  private usePayloadType(payloadType: number): void {
    this.payloadType = payloadType;
    this.track.codec = this.codecs.get(payloadType) ?? this.track.codec;
  }

  private sendEstimate(): void {
    if (this.maxBps === 0) return;
    const { brExp, brMantissa } = rembNumbers(this.maxBps);
    const ssrcFeedbacks = [this.ssrc];
    this.send(
      new ReceiverEstimatedMaxBitrate({
        senderSsrc: this.receiver.rtcpSsrc,
        mediaSsrc: 0,
        ssrcNum: 1,
        brExp,
        brMantissa,
        bitrate: BigInt(this.maxBps),
        ssrcFeedbacks,
      }),
    );
  }

  private send(feedback: RtcpPayloadSpecificFeedback["feedback"]): void {
    if (!this.isReady || this.dtls.state !== "connected") return;
    // A feedback message that is lost is sent again by its timer or its asker.
    this.dtls.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]).catch(() => undefined);
  }
}

function toEntry({ payloadType, name, clockRate, channels, parameters }: RTCRtpCodecParameters): [number, Codec][] {
  const known = codecName(name);
  return known ? [[payloadType, { name: known, clockRate, channels, fmtp: parameters }]] : [];
}

/** Exponent and 18-bit mantissa of a bitrate (draft-alvestrand-rmcat-remb, 2.2). */
export function rembNumbers(bps: number): { brExp: number; brMantissa: number } {
  const brExp = Math.max(0, Math.ceil(Math.log2((bps + 1) / 0x40000)));
  return { brExp, brMantissa: Math.floor(bps / 2 ** brExp) };
}
