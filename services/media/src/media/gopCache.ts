import type { MediaPacket } from "./packet";

const MAX_BYTES = 8 * 1024 * 1024;
/** 1 ms of the 90 kHz video clock. */
const FRAME_STEP = 90;

/** The packets since the last key frame of a source that can't be asked for one, so that a new viewer starts at once. */
export class GopCache {
  private packets: MediaPacket[] = [];
  private bytes = 0;
  private isComplete = false;

  add(packet: MediaPacket, isKeyStart: boolean): void {
    const continues = this.packets[0]?.timestamp === packet.timestamp;
    if (isKeyStart && !continues) {
      this.clear();
      this.isComplete = true;
    }
    if (!this.isComplete) return;
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
    return this.packets;
  }

  /**
   * The group with its pictures 1 ms apart, ending at the newest one's true time: the viewer decodes through it in a moment
   * and does not stay behind by the group's length.
   */
  replay(): MediaPacket[] {
    const times = [...new Set(this.packets.map((packet) => packet.timestamp))];
    const newest = times.at(-1) ?? 0;
    const steps = new Map(times.map((time, index) => [time, (newest - (times.length - 1 - index) * FRAME_STEP) >>> 0]));
    return this.packets.map((packet) => ({ ...packet, timestamp: steps.get(packet.timestamp) ?? packet.timestamp }));
  }
}
