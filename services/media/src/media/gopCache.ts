import type { MediaPacket } from "./packet";

const MAX_BYTES = 8 * 1024 * 1024;
/** 1 ms of the 90 kHz video clock. */
const FRAME_STEP = 90;

/** The packets since the last key frame, so that who comes now starts at once. */
export class GopCache {
  private packets: MediaPacket[] = [];
  private bytes = 0;
  private beganAtMs = 0;

  /** @param forMs how long a group is kept after it began; left out where it is kept until the next one */
  constructor(private readonly forMs?: number) {}

  /** On the path of every packet. */
  add(packet: MediaPacket, isKeyStart: boolean): void {
    if (!isKeyStart && this.packets.length === 0) return;
    this.dropOld();
    const first = this.packets[0]?.timestamp;
    // Of a source that can be asked, packets that were lost come late, the beginning of an older group among them.
    const isLate = first !== undefined && isBefore(packet.timestamp, first) && (!isKeyStart || this.forMs !== undefined);
    if (isLate) return;
    if (isKeyStart && first !== packet.timestamp) this.begin();
    else if (first === undefined) return;
    this.packets.push(packet);
    this.bytes += packet.payload.length;
    if (this.bytes > MAX_BYTES) this.clear();
  }

  clear(): void {
    this.packets = [];
    this.bytes = 0;
  }

  /** The group as it came. */
  kept(): readonly MediaPacket[] {
    this.dropOld();
    return this.packets;
  }

  /** Of the group no packet is missing: who begins with it is shown all of its pictures. */
  get isWhole(): boolean {
    const packets = this.kept();
    const newest = Math.max(...packets.map(({ sequenceNumber }) => (sequenceNumber - packets[0]!.sequenceNumber) & 0xffff));
    return newest === packets.length - 1;
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
    this.beganAtMs = performance.now();
  }

  private dropOld(): void {
    if (this.forMs !== undefined && performance.now() - this.beganAtMs > this.forMs) this.clear();
  }
}

/** Of times that wrap at 32 bits. */
const isBefore = (time: number, other: number) => ((time - other) | 0) < 0;
