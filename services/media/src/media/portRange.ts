import { bind } from "./udpSocket";

/**
 * The UDP ports of one address that WebRTC may use, given out in turn, so that two who ask at once get two. Whoever begins at the first one each time
 * tries as many ports as there are connections. A port is given and not held: others of this computer may take it meanwhile.
 */
export class PortRange {
  private tried = 0;

  constructor(
    private readonly address: string,
    private readonly min: number,
    private readonly max: number,
  ) {}

  /** The next port that is free right now; undefined when none is. */
  async next(): Promise<number | undefined> {
    const count = this.max - this.min + 1;
    for (let tries = 0; tries < count; tries++) {
      const port = this.min + (this.tried++ % count);
      const socket = await bind(this.address, port);
      if (socket) return new Promise((resolve) => socket.close(() => resolve(port)));
    }
    return undefined;
  }
}
