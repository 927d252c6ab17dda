import { PictureLossIndication, type RTCDtlsTransport, type RTCRtpSender, RtcpPayloadSpecificFeedback, RtcpRrPacket } from "werift";
import { Flow } from "../media/flow";
import { KeyFrameGate } from "../media/keyFrameGate";
import type { Kind, MediaPacket } from "../media/packet";
import type { Track, TrackSink } from "../media/track";
import { Burst } from "./burst";
import { SrtpSender } from "./srtpSender";

/** The way of one track into one WebRTC connection: starts on a key frame, and hears what the receiver reports and asks for. */
export class Outbound implements TrackSink {
  readonly flow: Flow;
  fractionLost = 0;
  packetsLost = 0;
  nackCount = 0;
  pliCount = 0;
  private readonly sender: SrtpSender;
  private readonly gate = new KeyFrameGate();
  private track?: Track;
  private codec?: Track["codec"];
  private isReady = false;
  private readonly burst = new Burst((packet) => this.send(packet));

  constructor(
    readonly kind: Kind,
    sender: RTCRtpSender,
    dtls: RTCDtlsTransport,
    onFlow: (isFlowing: boolean) => void,
    private readonly onUnsupported: (codec: string) => void,
  ) {
    this.sender = new SrtpSender(sender, dtls, () => this.track?.clock);
    this.flow = new Flow(onFlow);
    this.listen(sender, dtls);
  }

  private listen(sender: RTCRtpSender, dtls: RTCDtlsTransport): void {
    // Not sender.onPictureLossIndication: werift gives a request to its receiver when the asker also sends.
    dtls.onRtcp.subscribe((packet) => {
      if (packet instanceof RtcpPayloadSpecificFeedback && asksFor(packet, sender.ssrc)) this.onPli();
    });
    sender.onGenericNack.subscribe(({ lost }) => {
      this.nackCount++;
      if (this.isReady) this.sender.resend(lost);
    });
    sender.onRtcp.subscribe((packet) => {
      const report = packet instanceof RtcpRrPacket ? packet.reports.find(({ ssrc }) => ssrc === sender.ssrc) : undefined;
      if (report) [this.fractionLost, this.packetsLost] = [report.fractionLost, report.packetsLost];
    });
  }

  get ssrc(): number {
    return this.sender.ssrc;
  }

  /** Fields of the statistics. */
  counts() {
    const { packets, bytes } = this.flow;
    const { ssrc, fractionLost, packetsLost, nackCount, pliCount } = this;
    return { ssrc, packets, bytes, fractionLost, packetsLost, nackCount, pliCount, roundTripTime: this.sender.roundTripTime };
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
    this.gate.isClosed = true;
    this.sender.rejoin();
    track?.addSink(this);
    this.begin();
  }

  onDetached(): void {
    this.track = undefined;
    this.burst.stop();
    this.flow.stop();
  }

  onRestart(): void {
    this.gate.isClosed = true;
    this.sender.rejoin();
    this.burst.stop();
  }

  onStart(): void {
    this.begin();
  }

  onPacket(packet: MediaPacket, isKeyStart: boolean, track: Track): void {
    if (!this.isReady) return;
    if (this.gate.isClosed && !this.open(isKeyStart, track)) return;
    if (!this.burst.takes(packet)) this.send(packet);
  }

  close(): void {
    this.setTrack(undefined);
    this.burst.stop();
    this.flow.discard();
    this.isReady = false;
  }

  /** A viewer joins: the kept pictures at once, or a key frame from the source. */
  private begin(): void {
    const { track } = this;
    if (!this.isReady || !track || track.isHeld) return;
    const kept = track.replay();
    if (kept.length > 0 && this.open(true, track)) this.burst.start(kept);
    else this.gate.ask(track);
  }

  private open(isKeyStart: boolean, track: Track): boolean {
    if (!this.gate.admits(isKeyStart, track)) return false;
    if (track.codec !== this.codec) this.useCodec(track);
    this.gate.isClosed = this.codec === undefined;
    return !this.gate.isClosed;
  }

  private useCodec({ codec }: Track): void {
    if (codec && this.sender.useCodec(codec.name)) this.codec = codec;
    else this.onUnsupported(codec?.name ?? "");
  }

  private send(packet: MediaPacket): void {
    this.sender.send(packet);
    if (!this.flow.isFlowing) this.sender.report();
    this.flow.touch(packet.payload.length);
  }

  private onPli(): void {
    this.pliCount++;
    this.track?.requestKeyFrame();
  }
}

const FIR_COUNT = 4;

/** A picture loss indication (RFC 4585) or full intra request (RFC 5104) for this stream. */
function asksFor({ feedback }: RtcpPayloadSpecificFeedback, ssrc: number): boolean {
  if (feedback instanceof PictureLossIndication) return feedback.mediaSsrc === ssrc;
  return feedback.count === FIR_COUNT && (feedback as { fir?: { ssrc: number }[] }).fir?.some((entry) => entry.ssrc === ssrc) === true;
}
