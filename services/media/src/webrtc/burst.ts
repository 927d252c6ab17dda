import type { MediaPacket } from "../media/packet";

/** A replayed group of pictures leaves in portions, or the receiver's socket overflows. */
const PORTION_PACKETS = 40;
const PAUSE_MS = 5;

/** Sends many packets a portion at a time; those that come meanwhile go behind them. */
export class Burst {
  private packets: MediaPacket[] = [];
  private timer?: NodeJS.Timeout;

  constructor(private readonly send: (packet: MediaPacket) => void) {}

  start(packets: MediaPacket[]): void {
    this.packets = packets;
    this.sendPortion();
  }

  /** True when the packet is taken: it goes behind those that wait. */
  takes(packet: MediaPacket): boolean {
    if (!this.timer) return false;
    this.packets.push(packet);
    return true;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.packets = [];
  }

  private sendPortion(): void {
    for (const packet of this.packets.splice(0, PORTION_PACKETS)) this.send(packet);
    this.timer = this.packets.length > 0 ? setTimeout(() => this.sendPortion(), PAUSE_MS) : undefined;
  }
}
