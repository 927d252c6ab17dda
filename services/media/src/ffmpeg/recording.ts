import type { Kind, MediaPacket, SenderClock } from "../media/packet";
import { Rewriter } from "../media/rewriter";
import { ntpOf, unixMsOf, writeBye, writeRtp, writeSenderReport } from "../media/rtpWire";
import type { RtspConnection, RtspServer } from "../rtsp/rtspServer";
import { type Container, recordingPlan, recordingSdp, type SdpStream } from "./arguments";
import { Child } from "./child";

/** Reports repeat before the 32 bits of a 90 kHz clock, as ffmpeg compares them with sign, run over (6.6 hours). */
const REPORT_INTERVAL_MS = 5_000;
/** Time for the file's index after the last packet; then it is ended the hard way and keeps what is on disk. */
const FINISH_MS = 8_000;
/** Packets kept while ffmpeg starts; more than that and it hangs. */
const MAX_WAITING = 20_000;

export interface RecordingStream extends SdpStream {
  /** Relation to the sender's clock, known for all streams or used for none. */
  clock?: SenderClock;
}

interface Lane extends RecordingStream {
  channel: number;
  ssrc: number;
  rewriter: Rewriter;
  packets: number;
  bytes: number;
  /** Wall clock of the first packet, and how far in ms the stream has come since. */
  startUnixMs?: number;
  elapsedTicks: number;
  reportedAtMs: number;
}

export interface RecordingPlan {
  /** ffmpeg, by name or path. */
  program: string;
  /** Path on this machine; written over. */
  file: string;
  container: Container;
}

/** One file being written: an ffmpeg child that plays from our door. Packets may be written at once: they wait for it. */
export class Recording {
  /** The child runs, or can't be started. */
  readonly started: Promise<void>;
  /** Settles when nothing more will be written; never rejects. */
  readonly ended: Promise<void>;
  private child?: Child;
  private problem = "";
  private readonly lanes: Map<Kind, Lane>;
  private readonly isCommonClock: boolean;
  private connection?: RtspConnection;
  private waiting: [channel: number, packet: Buffer][] = [];
  private isFinishing = false;

  constructor(door: RtspServer, plan: RecordingPlan, streams: RecordingStream[]) {
    this.isCommonClock = streams.every(({ clock }) => clock !== undefined);
    this.lanes = new Map(streams.map((stream, index) => [stream.kind, newLane(stream, index)]));
    const opened = door.open({ sdp: recordingSdp(streams), onPlay: (connection) => this.onPlay(connection) });
    const run = opened.then(({ url, close }) => this.run(plan, url, close));
    const fail = (error: Error) => void (this.problem = error.message);
    this.started = run.then(() => undefined, fail);
    this.ended = run.then((end) => end.ended, fail);
  }

  private run({ program, file, container }: RecordingPlan, url: string, close: () => void): { ended: Promise<void> } {
    const child = (this.child = new Child(program, recordingPlan(url, file, container)));
    const end = ({ code, signal }: { code: number | null; signal: string | null }) => {
      this.problem = code === null && signal === null ? "ffmpeg did not start" : `ffmpeg ended with ${signal ?? code}`;
      close();
    };
    return { ended: child.ended.then(end) };
  }

  /** How ffmpeg ended, and what it said last. */
  get lastWords(): string {
    return [this.problem, this.child?.lastWords].filter(Boolean).join(": ");
  }

  /** `ageMs`: how long ago the packet came (kept pictures). */
  write(kind: Kind, packet: MediaPacket, ageMs = 0): void {
    const lane = this.lanes.get(kind);
    if (!lane || this.isFinishing) return;
    const before = lane.rewriter.timestamp;
    lane.rewriter.next(packet);
    const { sequenceNumber, timestamp } = lane.rewriter;
    if (lane.startUnixMs === undefined) lane.startUnixMs = this.startOf(lane, packet, ageMs);
    else lane.elapsedTicks += (timestamp - before) | 0;
    this.report(lane);
    lane.packets++;
    lane.bytes += packet.payload.length;
    this.send(
      lane.channel,
      writeRtp({ payloadType: lane.payloadType, ssrc: lane.ssrc, sequenceNumber, timestamp, marker: packet.marker }, packet.payload),
    );
  }

  /** See {@link Rewriter.rejoin}. */
  rejoin(kind: Kind, leftOutMs = 0): void {
    this.lanes.get(kind)?.rewriter.rejoin(leftOutMs);
  }

  /** Ends the file properly: the end of the connection is the end of the input to ffmpeg, at once and without a signal. */
  async finish(): Promise<void> {
    this.isFinishing = true;
    for (const { channel, ssrc } of this.lanes.values()) this.send(channel + 1, writeBye(ssrc));
    this.connection?.end();
    const timer = setTimeout(() => void this.child?.stop("SIGINT", 1_000), FINISH_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private onPlay(connection: RtspConnection): void {
    this.connection = connection;
    for (const [channel, packet] of this.waiting.splice(0)) connection.send(channel, packet);
    if (this.isFinishing) connection.end();
  }

  private startOf({ clock, codec }: Lane, packet: MediaPacket, ageMs: number): number {
    if (!this.isCommonClock || !clock) return Date.now() - ageMs;
    return unixMsOf(clock.ntp) + (((packet.timestamp - clock.rtp) | 0) / codec.clockRate) * 1000;
  }

  private report(lane: Lane): void {
    const nowMs = performance.now();
    if (nowMs - lane.reportedAtMs < REPORT_INTERVAL_MS) return;
    lane.reportedAtMs = nowMs;
    const ntp = ntpOf((lane.startUnixMs ?? 0) + (lane.elapsedTicks / lane.codec.clockRate) * 1000);
    this.send(lane.channel + 1, writeSenderReport(lane.ssrc, { ntp, rtp: lane.rewriter.timestamp }, lane.packets, lane.bytes));
  }

  private send(channel: number, packet: Buffer): void {
    if (this.connection) this.connection.send(channel, packet);
    else if (this.waiting.length < MAX_WAITING) this.waiting.push([channel, packet]);
  }
}

const newLane = (stream: RecordingStream, index: number): Lane => ({
  ...stream,
  channel: index * 2,
  ssrc: index + 1,
  rewriter: new Rewriter(stream.codec.clockRate),
  packets: 0,
  bytes: 0,
  elapsedTicks: 0,
  reportedAtMs: -Infinity,
});
