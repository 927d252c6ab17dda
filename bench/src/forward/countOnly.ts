import type { RTCPeerConnection } from "werift";

/** Whether a datagram of a peer is RTP, encrypted or not: no STUN or DTLS (RFC 7983, 7), and no RTCP (RFC 5761, 4). */
export function isRtp([first = 0, second = 0]: Uint8Array): boolean {
  const payloadType = second & 0x7f;
  return first >> 6 === 2 && (payloadType < 64 || payloadType > 95);
}

/** Takes RTP from a peer that is connected, as it comes in: it is told of, and not decrypted. All else goes its way. */
export function countOnly(peer: RTCPeerConnection, onPacket: () => void): void {
  const [transport] = peer.dtlsTransports;
  if (!transport) throw new Error("A peer: Expected a DTLS transport, found none");
  const { onData } = transport.iceTransport.connection;
  const pass = onData.execute;
  onData.execute = (datagram) => (isRtp(datagram) ? onPacket() : pass(datagram));
}
