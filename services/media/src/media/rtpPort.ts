import { createSocket, type Socket } from "node:dgram";

/** An even UDP port for RTP and the next one for RTCP (RFC 3550, 11), open on one address. */
export interface RtpPort {
  port: number;
  rtp: Socket;
  rtcp: Socket;
  close(): void;
}

const BUFFER_BYTES = 1024 * 1024;

function bind(address: string, port: number): Promise<Socket | undefined> {
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

/** The first free pair of the range, searched from a different place each time; undefined when there is none. */
export async function openRtpPort(address: string, minPort: number, maxPort: number): Promise<RtpPort | undefined> {
  const first = minPort + (minPort % 2);
  const pairs = Math.floor((maxPort - first + 1) / 2);
  const start = Math.floor(Math.random() * pairs);
  for (let i = 0; i < pairs; i++) {
    const port = first + ((start + i) % pairs) * 2;
    const rtp = await bind(address, port);
    const rtcp = rtp && (await bind(address, port + 1));
    if (rtp && rtcp) return { port, rtp, rtcp, close: () => [rtp, rtcp].forEach((socket) => socket.close()) };
    rtp?.close();
  }
  return undefined;
}

/** Whether any UDP port of the range can be had right now, searched from a different place each time. */
export async function hasFreePort(address: string, minPort: number, maxPort: number): Promise<boolean> {
  const count = maxPort - minPort + 1;
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i++) {
    const socket = await bind(address, minPort + ((start + i) % count));
    if (socket) return new Promise((resolve) => socket.close(() => resolve(true)));
  }
  return false;
}
