import { createSocket, type Socket } from "node:dgram";

const BUFFER_BYTES = 1024 * 1024;

/** A UDP socket on one address and port; undefined when somebody else has it. */
export function bind(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
    socket.once("error", () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, address, () => {
      socket.removeAllListeners("error");
      // What the network refuses is lost, as on any network.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

/**
 * The UDP ports of one address that WebRTC may use, given out in turn. Whoever begins at the first one each time tries as many ports as there are
 * connections, and two that try at once may find the same one.
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
