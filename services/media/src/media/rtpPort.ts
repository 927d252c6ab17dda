import type { Socket } from "node:dgram";
import { bind } from "./udpSocket";

/** An even UDP port for RTP and the next one for RTCP (RFC 3550, 11), open on one address. */
export interface RtpPort {
  port: number;
  rtp: Socket;
  rtcp: Socket;
  close(): void;
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
