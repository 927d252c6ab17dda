import type { MediaPacket } from "./packet";

/** Keeps one outgoing RTP stream continuous in sequence number and timestamp while its source changes or pauses. */
export class Rewriter {
  sequenceNumber = 0;
  timestamp = 0;
  private sequenceOffset = 0;
  private timestampOffset = 0;
  private isJoined = false;
  private lastAtMs = 0;
  private leftOutMs = 0;

  constructor(
    private readonly clockRate: number,
    firstSequenceNumber = Math.floor(Math.random() * 0x7fff),
  ) {
    this.sequenceNumber = (firstSequenceNumber - 1) & 0xffff;
  }

  /**
   * The next packet comes from another source or after a gap. Its timestamp continues by the time that passed,
   * less `leftOutMs` that shall not be there (a pause of a recording).
   */
  rejoin(leftOutMs = 0): void {
    this.isJoined = false;
    this.leftOutMs += leftOutMs;
  }

  /** Sets {@link sequenceNumber} and {@link timestamp} for this packet. */
  next(packet: MediaPacket): void {
    const nowMs = performance.now();
    if (!this.isJoined) this.join(packet, nowMs);
    this.lastAtMs = nowMs;
    this.sequenceNumber = (packet.sequenceNumber + this.sequenceOffset) & 0xffff;
    this.timestamp = (packet.timestamp + this.timestampOffset) >>> 0;
  }

  /** Timestamp of the outgoing stream for one of the current source. */
  mapTimestamp(timestamp: number): number {
    return (timestamp + this.timestampOffset) >>> 0;
  }

  private join(packet: MediaPacket, nowMs: number): void {
    const isFirst = this.lastAtMs === 0;
    const elapsed = isFirst ? 0 : Math.max(1, Math.round(((nowMs - this.lastAtMs - this.leftOutMs) * this.clockRate) / 1000));
    this.sequenceOffset = (this.sequenceNumber + 1 - packet.sequenceNumber) & 0xffff;
    this.timestampOffset = isFirst ? 0 : (this.timestamp + elapsed - packet.timestamp) | 0;
    this.isJoined = true;
    this.leftOutMs = 0;
  }
}
