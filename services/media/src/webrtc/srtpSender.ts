import { type RTCDtlsTransport, type RTCRtpCodecParameters, type RTCRtpSender, RtpHeader, RtpPacket, wrapRtx } from "werift";
import { codecName, type CodecName, type MediaPacket, type SenderClock } from "../media/packet";
import { Rewriter } from "../media/rewriter";
import { ntpOf, type RtpFields } from "../media/rtpWire";
import { IceSender } from "./iceSender";
import { sealOf, type SrtpSeal } from "./srtpSeal";

/** Packets kept for retransmission (RFC 4585 NACK): about two seconds of 2 Mbit/s. */
const HISTORY = 512;

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
/** Of a header that werift seals: what ours never have. */
const PLAIN = { version: 2, padding: false, extension: false, csrc: [], extensions: [] };
interface TransportInternals {
  srtp: { encrypt(payload: Buffer, header: RtpHeader): Buffer };
}

/** Sends one stream of packets: own SSRC, payload type and sequence numbers; SRTP; retransmission. */
export class SrtpSender {
  private readonly sender: SenderInternals;
  private readonly fields: RtpFields;
  private readonly ice: IceSender;
  private srtp?: SrtpSeal;
  private readonly history: (Sent | undefined)[] = new Array(HISTORY);
  private rewriter?: Rewriter;
  private rtxSequenceNumber = Math.floor(Math.random() * 0xffff);

  /** `sourceClock`: relation of the current source's time to its wall clock, where it told it. */
  constructor(
    sender: RTCRtpSender,
    private readonly dtls: RTCDtlsTransport,
    private readonly sourceClock: () => SenderClock | undefined,
  ) {
    this.sender = sender as unknown as SenderInternals;
    this.fields = { payloadType: 0, ssrc: sender.ssrc, sequenceNumber: 0, timestamp: 0, marker: false };
    this.ice = new IceSender(dtls.iceTransport);
    this.reportSourceClock();
  }

  get ssrc(): number {
    return this.fields.ssrc;
  }

  /** In seconds; 0 while it is unknown. */
  get roundTripTime(): number {
    return this.sender.rtt ?? 0;
  }

  /** False when the codec was not negotiated. */
  useCodec(codec: CodecName): boolean {
    const { negotiatedCodecs } = this.sender;
    const negotiated = negotiatedCodecs.find(({ name }) => codecName(name) === codec);
    if (!negotiated) return false;
    this.fields.payloadType = negotiated.payloadType;
    this.rewriter ??= new Rewriter(negotiated.clockRate);
    const isItsRtx = ({ name, parameters }: RTCRtpCodecParameters) =>
      name.toLowerCase() === "rtx" && parameters?.includes(`apt=${negotiated.payloadType}`);
    this.sender.rtxPayloadType = negotiatedCodecs.find(isItsRtx)?.payloadType;
    return true;
  }

  /** See {@link Rewriter.rejoin}. */
  rejoin(): void {
    this.rewriter?.rejoin();
  }

  /** Call after {@link useCodec}. */
  send(packet: MediaPacket): void {
    const { fields, sender } = this;
    const rewriter = this.rewriter!;
    const { payload, marker } = packet;
    rewriter.next(packet);
    const { sequenceNumber, timestamp } = rewriter;
    fields.sequenceNumber = sequenceNumber;
    fields.timestamp = timestamp;
    fields.marker = marker;
    this.keep(sequenceNumber, timestamp, packet);
    this.srtp ??= sealOf(this.dtls);
    this.transmit(this.srtp.seal(fields, payload));
    sender.rtpTimestamp = timestamp;
    sender.octetCount += payload.length;
    sender.packetCount = (sender.packetCount + 1) >>> 0;
  }

  /** A sender report now, and from now on. */
  report(): void {
    void this.sender.runRtcp();
  }

  /** Those that are still kept go again, as RTX (RFC 4588) where it was negotiated. */
  resend(lost: number[]): void {
    for (const sequenceNumber of lost) {
      const sent = this.history[sequenceNumber % HISTORY];
      if (!sent || sent.sequenceNumber !== sequenceNumber) continue;
      const { rtxPayloadType, rtxSsrc } = this.sender;
      const header = new RtpHeader({ ...PLAIN, ...this.fields, sequenceNumber, timestamp: sent.timestamp, marker: sent.marker });
      let packet = new RtpPacket(header, sent.payload);
      if (rtxPayloadType !== undefined) {
        packet = wrapRtx(packet, rtxPayloadType, this.rtxSequenceNumber, rtxSsrc);
        this.rtxSequenceNumber = (this.rtxSequenceNumber + 1) & 0xffff;
      }
      this.transmit((this.dtls as unknown as TransportInternals).srtp.encrypt(packet.payload, packet.header));
    }
  }

  /** In the place of the one that it drives out: objects of their own would grow old here, only to be collected. */
  private keep(sequenceNumber: number, timestamp: number, { marker, payload }: MediaPacket): void {
    const kept = this.history[sequenceNumber % HISTORY];
    if (!kept) {
      this.history[sequenceNumber % HISTORY] = { sequenceNumber, timestamp, marker, payload };
      return;
    }
    kept.sequenceNumber = sequenceNumber;
    kept.timestamp = timestamp;
    kept.marker = marker;
    kept.payload = payload;
  }

  private transmit(sealed: Buffer): void {
    this.dtls.bytesSent += sealed.length;
    this.dtls.packetsSent++;
    this.ice.send(sealed);
  }

  /** Sender reports carry the source's own clock, moved to our timestamps, so that sound and picture stay together. */
  private reportSourceClock(): void {
    let rtpTimestamp = 0;
    let atMs = Date.now();
    Object.defineProperty(this.sender, "rtpTimestamp", {
      configurable: true,
      get: () => {
        const clock = this.sourceClock();
        return clock && this.rewriter ? this.rewriter.mapTimestamp(clock.rtp) : rtpTimestamp;
      },
      set: (value: number) => {
        rtpTimestamp = value;
        atMs = Date.now();
      },
    });
    Object.defineProperty(this.sender, "ntpTimestamp", {
      configurable: true,
      get: () => this.sourceClock()?.ntp ?? ntpOf(atMs),
      set: () => undefined,
    });
  }
}
