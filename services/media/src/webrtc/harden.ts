import type { RTCDtlsTransport } from "werift";
import { isSigned } from "./stunIntegrity";

/**
 * Repairs inside the ICE and DTLS of werift 0.25.2 (its version is pinned; tests of this folder hold them).
 * They reach into private parts, so all of it stands here and in hardenSrtp.ts, and fails loudly when a part is missing.
 */

const ALERT = 21;
const APPLICATION_DATA = 23;
const HEADER_BYTES = 13;

/**
 * True when a datagram may reach werift's DTLS. Plaintext (epoch 0) records are for the handshake only, and so are encrypted ones that belong to
 * it: WebRTC never repeats it (RFC 8827, 6.5), and a peer that tried had werift give up the transport and this guard. Alerts are never let through:
 * werift takes one that looks like plaintext for true whatever its epoch, so that 15 bytes from any address would end the session
 * ({@link isGoodbye} reads the true ones; a failed handshake ends by its time limit).
 */
export function isAcceptable(datagram: Buffer, isConnected: boolean): boolean {
  if (datagram.length < HEADER_BYTES) return false;
  for (let offset = 0; offset < datagram.length;) {
    if (offset + HEADER_BYTES > datagram.length) return false;
    const type = datagram[offset]!;
    if (type < 20 || type > 23) return false;
    const isPlain = datagram.readUInt16BE(offset + 3) === 0;
    if (type === ALERT || (isConnected && (isPlain || type !== APPLICATION_DATA))) return false;
    offset += HEADER_BYTES + datagram.readUInt16BE(offset + 11);
    if (offset > datagram.length) return false;
  }
  return true;
}

interface RecordHeader {
  contentType: number;
  protocolVersion: { major: number; minor: number };
  epoch: number;
  sequenceNumber: number;
  contentLen: number;
}
interface DtlsCipher {
  decryptPacket(record: { recordLayerHeader: RecordHeader; fragment: Buffer }): Buffer;
}
interface DtlsInternals {
  dtls?: { cipher: DtlsCipher; dtls: { flight: number }; transport?: { socket?: { onData?: (datagram: Buffer) => void } } };
}

/** True when the datagram is an alert that the peer itself encrypted: it closed the connection (RFC 6347, 4.1; RFC 5246, 7.2). */
export function isGoodbye(datagram: Buffer, cipher: DtlsCipher): boolean {
  if (datagram.length < HEADER_BYTES || datagram[0] !== ALERT || datagram.readUInt16BE(3) === 0) return false;
  const recordLayerHeader = {
    contentType: ALERT,
    protocolVersion: { major: datagram[1]!, minor: datagram[2]! },
    epoch: datagram.readUInt16BE(3),
    sequenceNumber: datagram.readUIntBE(5, 6),
    contentLen: datagram.readUInt16BE(11),
  };
  try {
    cipher.decryptPacket({ recordLayerHeader, fragment: datagram.subarray(HEADER_BYTES, HEADER_BYTES + recordLayerHeader.contentLen) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts {@link isAcceptable} before werift's DTLS. Call when the transport's state is `connecting`: its socket exists a moment later.
 * `onGoodbye`: the peer closed the connection.
 */
export function guardDtls(transport: RTCDtlsTransport, onGoodbye: () => void): void {
  queueMicrotask(() => {
    const { dtls } = transport as unknown as DtlsInternals;
    const socket = dtls?.transport?.socket;
    const inner = socket?.onData;
    if (!dtls || !socket || !inner) throw new Error("werift: the DTLS socket is not where 0.25.2 has it");
    let connectedMs: number | undefined;
    let isVerified = false;
    socket.onData = (datagram) => {
      if (transport.state === "connected") connectedMs ??= performance.now();
      // A client whose last flight we answered into the void repeats it: that is part of the handshake, for a short time.
      const finishMs = transport.role === "server" ? FINISH_MS : 0;
      const isConnected = connectedMs !== undefined && performance.now() >= connectedMs + finishMs;
      if (isAcceptable(datagram, isConnected)) {
        // A slow client answers each of our repeated greetings: for werift the second answer is an error that ends the connection.
        if (isHelloVerifyRequest(datagram) && isVerified) return;
        isVerified ||= isHelloVerifyRequest(datagram);
        inner(datagram);
      } else if (connectedMs !== undefined && isGoodbye(datagram, dtls.cipher)) onGoodbye();
    };
  });
}

const FINISH_MS = 5_000;
const HANDSHAKE = 22;
const HELLO_VERIFY_REQUEST = 3;

/** RFC 6347, 4.2.1: the other side asks for the greeting again, with its cookie. */
export const isHelloVerifyRequest = (datagram: Buffer) =>
  datagram[0] === HANDSHAKE && datagram.readUInt16BE(3) === 0 && datagram[HEADER_BYTES] === HELLO_VERIFY_REQUEST;

/** A handshake that is cut short would be repeated for half a minute after its connection is closed: it counts as over. */
export function endHandshake(transport: RTCDtlsTransport): void {
  const { dtls } = transport as unknown as DtlsInternals;
  if (dtls) dtls.dtls.flight = Number.MAX_SAFE_INTEGER;
}

/**
 * Without a STUN server of ours werift asks a public one, also when it is given an empty list: each join waited for the look-up of its name,
 * and told a stranger where this server is. Call before candidates are gathered.
 */
export function forgetPublicStun(transport: RTCDtlsTransport): void {
  const connection = transport.iceTransport.connection as unknown as { stunServer?: [string, number] };
  if (!("stunServer" in connection)) throw new Error("werift: the STUN server is not where 0.25.2 has it");
  connection.stunServer = undefined;
}

interface IceConnection {
  localUsername: string;
  localPassword: string;
  /** Passwords of the names before each restart. */
  userHistory: Record<string, string>;
  ensureProtocol(protocol: { onRequestReceived: { execute(request: unknown, address: unknown, message: Buffer): void } }): void;
}

/**
 * werift answers every binding request, whoever sends it, and then tries to reach the sender: anybody could have it send to any address, grow
 * its list of candidates, or change its role. Requests that are not signed with this session's password are lost. Call before candidates are
 * gathered.
 */
export function guardStun(transport: RTCDtlsTransport): void {
  const connection = transport.iceTransport.connection as unknown as IceConnection;
  const { ensureProtocol } = connection;
  if (typeof ensureProtocol !== "function") throw new Error("werift: The STUN protocols are not where 0.25.2 has them");
  const passwordOf = (ufrag: string) =>
    ufrag === connection.localUsername ? connection.localPassword : new Map(Object.entries(connection.userHistory)).get(ufrag);
  connection.ensureProtocol = (protocol) => {
    const { onRequestReceived } = protocol;
    const { execute } = onRequestReceived;
    onRequestReceived.execute = (request, address, message) => {
      if (isSigned(message, passwordOf)) execute(request, address, message);
    };
    ensureProtocol.call(connection, protocol);
  };
}
