import type { MediaPacket } from "./packet";

const MAX_BYTES = 8 * 1024 * 1024;
/** 1 ms of the 90 kHz video clock. */
const FRAME_STEP = 90;

/** The packets since the last key frame, so that who comes now starts at once. */
export class GopCache {
  private packets: MediaPacket[] = [];
  private bytes = 0;
  private isComplete = false;
  private beganAtMs = 0;

  /** @param forMs how long a group is kept after it began */
  constructor(private readonly forMs = Infinity) {}

  /** On the path of every packet. */
  add(packet: MediaPacket, isKeyStart: boolean): void {
    if (!isKeyStart && !this.isComplete) return;
    const first = this.packets[0]?.timestamp;
    if (isKeyStart && first !== packet.timestamp) this.begin();
    else if (this.isOver() || isBefore(packet.timestamp, first!)) return;
    this.packets.push(packet);
    this.bytes += packet.payload.length;
    if (this.bytes > MAX_BYTES) this.clear();
  }

  clear(): void {
    this.packets = [];
    this.bytes = 0;
    this.isComplete = false;
  }

  /** The group as it came. */
  kept(): readonly MediaPacket[] {
    this.isOver();
    return this.packets;
  }

  /**
   * The group with its pictures 1 ms apart, ending at the newest one's true time: the viewer decodes through it in a moment
   * and does not stay behind by the group's length.
   */
  replay(): MediaPacket[] {
    const packets = this.kept();
    const times = [...new Set(packets.map((packet) => packet.timestamp))].sort((a, b) => (a - b) | 0);
    const newest = times.at(-1) ?? 0;
    const steps = new Map(times.map((time, index) => [time, (newest - (times.length - 1 - index) * FRAME_STEP) >>> 0]));
    return packets.map((packet) => ({ ...packet, timestamp: steps.get(packet.timestamp) ?? packet.timestamp }));
  }

  private begin(): void {
    this.clear();
    this.isComplete = true;
    this.beganAtMs = performance.now();
  }

  /** True when there is no group, or none any more. */
  private isOver(): boolean {
    if (this.isComplete && performance.now() - this.beganAtMs > this.forMs) this.clear();
    return !this.isComplete;
  }
}

/** Of times that wrap at 32 bits: packets that were lost come late, also those of the group before. */
const isBefore = (time: number, other: number) => ((time - other) | 0) < 0;
