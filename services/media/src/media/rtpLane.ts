import { randomInt } from "node:crypto";
import { Flow } from "./flow";
import { KeyFrameGate } from "./keyFrameGate";
import type { MediaPacket } from "./packet";
import { Rewriter } from "./rewriter";
import type { RtpPort } from "./rtpPort";
import type { Format, RtpSection } from "./rtpSdp";
import { asksKeyFrame, ntpOf, parseRtp, parseSenderClock, writePli, writeRtp, writeSenderReport } from "./rtpWire";
import type { Track, TrackSink } from "./track";

const REPORT_INTERVAL_MS = 1_000;

/** One medium of a plain RTP session, both ways. */
export class RtpLane implements TrackSink {
  readonly ssrc = randomInt(1, 0xffff_ffff);
  readonly flow: Flow;
  packetsIn = 0;
  bytesIn = 0;
  private remote?: RtpSection;
  private remoteSsrc = 0;
  private formats = new Map<number, Format>();
  private input?: Track;
  private payloadType = -1;
  private rewriter?: Rewriter;
  private readonly gate = new KeyFrameGate();
  private codecOf?: Track["codec"];
  private readonly reports: NodeJS.Timeout;

  constructor(
    readonly local: RtpSection,
    private readonly port: RtpPort,
    private readonly output: Track,
    private readonly events: { heard: () => void; flow: (isFlowing: boolean) => void },
  ) {
    this.flow = new Flow(events.flow);
    // Only the other side's address counts: the port stands open on a network, and plain RTP proves nothing.
    port.rtp.on("message", (data, { address }) => address === this.remote?.address && this.onRtp(data));
    port.rtcp.on("message", (data, { address }) => address === this.remote?.address && this.onRtcp(data));
    this.reports = setInterval(() => this.sendReport(), REPORT_INTERVAL_MS).unref();
  }

  /** The other side is known: packets may go both ways. */
  connect(remote: RtpSection): void {
    this.remote = remote;
    this.formats = new Map(remote.formats.map((format) => [format.payloadType, format]));
    this.output.codec ??= remote.formats[0];
    if (this.input) this.input.requestKeyFrame();
  }

  setInput(track: Track | undefined): void {
    this.input?.removeSink(this);
    this.input = track;
    this.onRestart();
    track?.addSink(this);
    if (this.remote) this.onStart();
  }

  onRestart(): void {
    this.gate.isClosed = true;
    this.rewriter?.rejoin();
  }

  onStart(): void {
    const kept = this.input?.isHeld ? [] : (this.input?.kept() ?? []);
    kept.forEach((packet, index) => this.onPacket(packet, index === 0, this.input!));
    if (kept.length === 0) this.input?.requestKeyFrame();
  }

  onDetached(): void {
    this.input = undefined;
    this.flow.stop();
  }

  onPacket(packet: MediaPacket, isKeyStart: boolean, track: Track): void {
    const { remote } = this;
    if (!remote || remote.port === 0) return;
    if (this.gate.isClosed && !this.open(isKeyStart, track)) return;
    const rewriter = this.rewriter!;
    rewriter.next(packet);
    const { sequenceNumber, timestamp } = rewriter;
    const data = writeRtp(
      { payloadType: this.payloadType, ssrc: this.ssrc, sequenceNumber, timestamp, marker: packet.marker },
      packet.payload,
    );
    this.port.rtp.send(data, remote.port, remote.address);
    this.flow.touch(packet.payload.length);
  }

  requestKeyFrame(): void {
    if (this.remote && this.remoteSsrc) this.sendRtcp(writePli(this.ssrc, this.remoteSsrc));
  }

  close(): void {
    clearInterval(this.reports);
    this.setInput(undefined);
    this.flow.discard();
    this.port.close();
  }

  private open(isKeyStart: boolean, track: Track): boolean {
    if (!this.gate.admits(isKeyStart, track)) return false;
    if (track.codec !== this.codecOf) {
      this.codecOf = track.codec;
      const format = this.remote?.formats.find(({ name }) => name === track.codec?.name);
      this.payloadType = format?.payloadType ?? -1;
      if (format) this.rewriter ??= new Rewriter(format.clockRate);
    }
    this.gate.isClosed = this.payloadType < 0;
    return !this.gate.isClosed;
  }

  private onRtp(data: Buffer): void {
    const rtp = this.remote && parseRtp(data);
    const codec = rtp && this.formats.get(rtp.payloadType);
    if (!rtp || !codec || rtp.packet.payload.length === 0) return;
    if (this.remote?.ssrc !== undefined && rtp.ssrc !== this.remote.ssrc) return;
    this.output.codec = codec;
    if (this.remoteSsrc !== rtp.ssrc) {
      this.remoteSsrc = rtp.ssrc;
      if (this.output.sinkCount > 0) this.output.requestKeyFrame();
    }
    this.packetsIn++;
    this.bytesIn += data.length;
    this.events.heard();
    this.output.push(rtp.packet);
  }

  private onRtcp(data: Buffer): void {
    if (!this.remote) return;
    this.output.clock = parseSenderClock(data) ?? this.output.clock;
    if (asksKeyFrame(data)) this.input?.requestKeyFrame();
    this.events.heard();
  }

  private sendReport(): void {
    const { rewriter, flow, input } = this;
    if (!rewriter || !this.remote || flow.packets === 0) return;
    const clock = input?.clock
      ? { ntp: input.clock.ntp, rtp: rewriter.mapTimestamp(input.clock.rtp) }
      : { ntp: ntpOf(Date.now()), rtp: rewriter.timestamp };
    this.sendRtcp(writeSenderReport(this.ssrc, clock, flow.packets, flow.bytes));
  }

  private sendRtcp(data: Buffer): void {
    if (this.remote && this.remote.rtcpPort > 0) this.port.rtcp.send(data, this.remote.rtcpPort, this.remote.address);
  }
}
