import {
  type RTCDtlsTransport,
  type RTCRtpSender,
  RtpHeader,
  RtpPacket,
  RtcpRrPacket,
  RtcpPayloadSpecificFeedback,
  PictureLossIndication,
  wrapRtx,
  type RTCRtpCodecParameters,
} from "werift";
import { Flow } from "../media/flow";
import { codecName, type Kind, type MediaPacket } from "../media/packet";
import { Rewriter } from "../media/rewriter";
import { ntpOf } from "../media/rtpWire";
import { ASK_AGAIN_MS, type Track, type TrackSink } from "../media/track";

/** Packets kept for retransmission (RFC 4585 NACK): about two seconds of 2 Mbit/s. */
const HISTORY = 512;
/** A replayed group of pictures leaves in portions, or the receiver's socket overflows. */
const BURST_PACKETS = 40;
const BURST_PAUSE_MS = 5;

interface Sent {
  sequenceNumber: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
}

/** What werift keeps for its sender reports and statistics, kept by us as we send around its own, slower path. */
interface SenderInternals {
  negotiatedCodecs: RTCRtpCodecParameters[];
  rtxPayloadType?: number;
  rtxSsrc: number;
  rtt?: number;
  rtpTimestamp: number;
  octetCount: number;
  packetCount: number;
  runRtcp(): Promise<void>;
}
interface TransportInternals {
  srtp: { encrypt(payload: Buffer, header: RtpHeader): Buffer };
}

/** The way of one track into one WebRTC connection: own SSRC, payload type, sequence numbers; starts on a key frame. */
export class Outbound implements TrackSink {
  readonly flow: Flow;
  fractionLost = 0;
  packetsLost = 0;
  nackCount = 0;
  pliCount = 0;
  private readonly sender: SenderInternals;
  private readonly header = new RtpHeader({ version: 2, padding: false, extension: false, csrc: [], extensions: [] });
  private readonly history: (Sent | undefined)[] = new Array(HISTORY);
  private rewriter?: Rewriter;
  private track?: Track;
  private codec?: Track["codec"];
  private isReady = false;
  private isWaiting = true;
  private askedAtMs = 0;
  private burst: MediaPacket[] = [];
  private burstTimer?: NodeJS.Timeout;
  private rtxSequenceNumber = Math.floor(Math.random() * 0xffff);

  constructor(
    readonly kind: Kind,
    sender: RTCRtpSender,
    private readonly dtls: RTCDtlsTransport,
    onFlow: (isFlowing: boolean) => void,
    private readonly onUnsupported: (codec: string) => void,
  ) {
    this.sender = sender as unknown as SenderInternals;
    this.flow = new Flow(onFlow);
    this.header.ssrc = sender.ssrc;
    // Not sender.onPictureLossIndication: werift gives a request to its receiver when the asker also sends.
    dtls.onRtcp.subscribe((packet) => {
      if (packet instanceof RtcpPayloadSpecificFeedback && asksFor(packet, sender.ssrc)) this.onPli();
    });
    sender.onGenericNack.subscribe(({ lost }) => this.resend(lost));
    sender.onRtcp.subscribe((packet) => {
      const report = packet instanceof RtcpRrPacket ? packet.reports.find(({ ssrc }) => ssrc === sender.ssrc) : undefined;
      if (report) [this.fractionLost, this.packetsLost] = [report.fractionLost, report.packetsLost];
    });
    this.reportSenderClock();
  }

  get ssrc(): number {
    return this.header.ssrc;
  }

  /** Fields of the statistics. */
  counts() {
    const { packets, bytes } = this.flow;
    const { ssrc, fractionLost, packetsLost, nackCount, pliCount } = this;
    return { ssrc, packets, bytes, fractionLost, packetsLost, nackCount, pliCount, roundTripTime: this.sender.rtt ?? 0 };
  }

  /** DTLS is up: packets may go. */
  start(): void {
    this.isReady = true;
    this.begin();
  }

  setTrack(track: Track | undefined): void {
    this.track?.removeSink(this);
    this.track = track;
    this.codec = undefined;
    this.isWaiting = true;
    this.rewriter?.rejoin();
    track?.addSink(this);
    this.begin();
  }

  onDetached(): void {
    this.track = undefined;
    this.stopBurst();
    this.flow.stop();
  }

  onRestart(): void {
    this.isWaiting = true;
    this.rewriter?.rejoin();
    this.stopBurst();
  }

  onStart(): void {
    this.begin();
  }

  onPacket(packet: MediaPacket, isKeyStart: boolean, track: Track): void {
    if (!this.isReady) return;
    if (this.isWaiting && !this.stopWaiting(isKeyStart, track)) return;
    if (this.burstTimer) this.burst.push(packet);
    else this.send(packet);
  }

  close(): void {
    this.setTrack(undefined);
    this.stopBurst();
    this.flow.discard();
    this.isReady = false;
  }

  /** A viewer joins: the kept pictures at once, or a key frame from the source. */
  private begin(): void {
    const { track } = this;
    if (!this.isReady || !track || track.isHeld) return;
    this.askedAtMs = performance.now();
    track.requestKeyFrame();
    const kept = track.gop?.replay() ?? [];
    if (kept.length === 0 || !this.stopWaiting(true, track)) return;
    this.burst = kept;
    this.sendBurst();
  }

  private stopWaiting(isKeyStart: boolean, track: Track): boolean {
    if (!isKeyStart) {
      if (performance.now() - this.askedAtMs > ASK_AGAIN_MS) {
        this.askedAtMs = performance.now();
        track.requestKeyFrame();
      }
      return false;
    }
    if (track.codec !== this.codec) this.useCodec(track);
    this.isWaiting = this.codec === undefined;
    return !this.isWaiting;
  }

  private useCodec({ codec }: Track): void {
    const negotiated = this.sender.negotiatedCodecs.find(({ name }) => codecName(name) === codec?.name);
    if (!negotiated) return this.onUnsupported(codec?.name ?? "");
    this.codec = codec;
    this.header.payloadType = negotiated.payloadType;
    this.rewriter ??= new Rewriter(negotiated.clockRate);
    const rtx = this.sender.negotiatedCodecs.find(
      ({ name, parameters }) => name.toLowerCase() === "rtx" && parameters?.includes(`apt=${negotiated.payloadType}`),
    );
    this.sender.rtxPayloadType = rtx?.payloadType;
  }

  private sendBurst(): void {
    for (const packet of this.burst.splice(0, BURST_PACKETS)) this.send(packet);
    this.burstTimer = this.burst.length > 0 ? setTimeout(() => this.sendBurst(), BURST_PAUSE_MS) : undefined;
  }

  private stopBurst(): void {
    clearTimeout(this.burstTimer);
    this.burstTimer = undefined;
    this.burst = [];
  }

  private send(packet: MediaPacket): void {
    const { rewriter, header, sender } = this;
    const { payload, marker } = packet;
    rewriter!.next(packet);
    header.sequenceNumber = rewriter!.sequenceNumber;
    header.timestamp = rewriter!.timestamp;
    header.marker = marker;
    this.history[header.sequenceNumber % HISTORY] = { sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, marker, payload };
    this.transmit(payload, header);
    sender.rtpTimestamp = header.timestamp;
    sender.octetCount += payload.length;
    sender.packetCount = (sender.packetCount + 1) >>> 0;
    if (!this.flow.isFlowing) void sender.runRtcp();
    this.flow.touch(payload.length);
  }

  private transmit(payload: Buffer, header: RtpHeader): void {
    const encrypted = (this.dtls as unknown as TransportInternals).srtp.encrypt(payload, header);
    this.dtls.bytesSent += encrypted.length;
    this.dtls.packetsSent++;
    this.dtls.iceTransport.connection.send(encrypted).catch(ignoreLoss);
  }

  private onPli(): void {
    this.pliCount++;
    this.track?.requestKeyFrame();
  }

  private resend(lost: number[]): void {
    this.nackCount++;
    for (const sequenceNumber of lost) {
      const sent = this.history[sequenceNumber % HISTORY];
      if (!sent || sent.sequenceNumber !== sequenceNumber || !this.isReady) continue;
      const header = new RtpHeader({ ...this.header, sequenceNumber, timestamp: sent.timestamp, marker: sent.marker });
      const { rtxPayloadType, rtxSsrc } = this.sender;
      let packet = new RtpPacket(header, sent.payload);
      if (rtxPayloadType !== undefined) {
        packet = wrapRtx(packet, rtxPayloadType, this.rtxSequenceNumber, rtxSsrc);
        this.rtxSequenceNumber = (this.rtxSequenceNumber + 1) & 0xffff;
      }
      this.transmit(packet.payload, packet.header);
    }
  }

  /** Sender reports carry the source's own clock, moved to our timestamps, so that sound and picture stay together. */
  private reportSenderClock(): void {
    let rtpTimestamp = 0;
    let atMs = Date.now();
    Object.defineProperty(this.sender, "rtpTimestamp", {
      configurable: true,
      get: () => (this.track?.clock && this.rewriter ? this.rewriter.mapTimestamp(this.track.clock.rtp) : rtpTimestamp),
      set: (value: number) => {
        rtpTimestamp = value;
        atMs = Date.now();
      },
    });
    Object.defineProperty(this.sender, "ntpTimestamp", {
      configurable: true,
      get: () => this.track?.clock?.ntp ?? ntpOf(atMs),
      set: () => undefined,
    });
  }
}

const FIR_COUNT = 4;

/** A picture loss indication (RFC 4585) or full intra request (RFC 5104) for this stream. */
function asksFor({ feedback }: RtcpPayloadSpecificFeedback, ssrc: number): boolean {
  if (feedback instanceof PictureLossIndication) return feedback.mediaSsrc === ssrc;
  return feedback.count === FIR_COUNT && (feedback as { fir?: { ssrc: number }[] }).fir?.some((entry) => entry.ssrc === ssrc) === true;
}

/** The network lost it, as networks do; the receiver asks again. */
const ignoreLoss = () => undefined;
