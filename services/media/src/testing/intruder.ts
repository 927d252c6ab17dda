import { randomBytes } from "node:crypto";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import type { RTCPeerConnection } from "werift";
import { countRollovers } from "../webrtc/hardenSrtp";
import { type Protocol, secretName } from "./authenticated";
import { clientHello, dtlsRecord } from "./bytes";
import { authenticRtcp, authenticRtp, type ForgedStream, type SrtpSessions, wholeRtcp, wholeRtp } from "./forgedSrtp";
import { authenticStun, check, type IceCredentials, wholeStun } from "./forgedStun";
import { breakBytes, type Dice } from "./mutate";

/** What an intruder reaches into: werift's keys and sockets, on the client's side. */
interface Transport extends SrtpSessions {
  srtp: SrtpSessions["srtp"] & { localContext: { masterKey: Buffer } };
  dtls: {
    dtls: { recordSequenceNumber: number };
    cipher: { encryptPacket(record: object): { fragment: Buffer }; masterSecret: Buffer };
  };
}
interface Ice extends IceCredentials {
  nominated: { protocol: { transport: { socket: Socket } }; remoteAddr: [string, number] };
}

const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 };
const CLOSE_NOTIFY = Buffer.from([1, 0]);

/** A client with a live session that sends broken messages: as they are, or past the session's own authentication. */
export class Intruder {
  private readonly transport;
  private readonly ice;
  private readonly socket;

  constructor(
    pc: RTCPeerConnection,
    private readonly stream: ForgedStream,
    private readonly dice: Dice,
  ) {
    const [transport] = pc.dtlsTransports;
    countRollovers(transport!);
    this.transport = transport as unknown as Transport;
    this.ice = transport!.iceTransport.connection as unknown as Ice;
    this.socket = this.ice.nominated.protocol.transport.socket;
  }

  /** The name under which the server counts what it took of this protocol from this client. */
  countedAs(protocol: Protocol): string {
    if (protocol === "STUN") return secretName(protocol, this.ice.remotePassword);
    const { srtp, dtls } = this.transport;
    return secretName(protocol, protocol === "DTLS" ? dtls.cipher.masterSecret : srtp.localContext.masterKey);
  }

  /** Sends one broken message. Authentic: valid ICE credentials, SRTP tags or DTLS records around broken contents. */
  send(protocol: Protocol, isAuthentic: boolean): void {
    this.transmit(isAuthentic ? this.authentic(protocol) : this.broken(protocol));
  }

  /** The server has dealt with everything before: it answers a check, and datagrams between two sockets of this computer keep their order. */
  async settle(): Promise<void> {
    const question = check(this.ice);
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(new Error("The server did not answer a check within 30 s")), 30_000);
    this.transmit(question);
    for (let isAnswered = false; !isAnswered;) {
      const [answer] = (await once(this.socket, "message", { signal: over.signal })) as [Buffer];
      isAnswered = answer.subarray(8, 20).equals(question.subarray(8, 20));
    }
    clearTimeout(timer);
  }

  /** Ends the session properly (RFC 5246, 7.2.1). */
  sayGoodbye(): void {
    this.transmit(this.record(CONTENT.alert, CLOSE_NOTIFY));
  }

  private transmit(datagram: Buffer): void {
    const [address, port] = this.ice.nominated.remoteAddr;
    this.socket.send(datagram, port, address);
  }

  /** Never empty, never whole. */
  private broken(protocol: Protocol): Buffer {
    const whole = this.whole(protocol);
    for (;;) {
      const broken = breakBytes(whole, this.dice);
      if (broken.length > 0 && !broken.equals(whole)) return broken;
    }
  }

  private whole(protocol: Protocol): Buffer {
    const { transport, stream, ice, dice } = this;
    if (protocol === "RTP") return wholeRtp(transport, stream, dice);
    if (protocol === "RTCP") return wholeRtcp(transport, stream, dice);
    if (protocol === "STUN") return wholeStun(ice, dice);
    if (dice.below(2) === 0) return dtlsRecord(CONTENT.handshake, 0, 7, clientHello());
    return this.record(dice.pick([CONTENT.changeCipherSpec, CONTENT.handshake, CONTENT.applicationData, 24, 0, 255]), randomBytes(40));
  }

  private authentic(protocol: Protocol): Buffer {
    const { transport, stream, ice, dice } = this;
    if (protocol === "RTP") return authenticRtp(transport, stream, dice);
    if (protocol === "RTCP") return authenticRtcp(transport, stream, dice);
    if (protocol === "STUN") return authenticStun(ice, dice);
    // Not an alert: a true goodbye ends the session, as it should. Handshakes are refused before they are decrypted.
    const type = dice.below(4) === 0 ? CONTENT.handshake : CONTENT.applicationData;
    return this.record(type, breakBytes(clientHello(), dice));
  }

  private record(contentType: number, fragment: Buffer): Buffer {
    const { dtls, cipher } = this.transport.dtls;
    const recordLayerHeader = {
      contentType,
      protocolVersion: { major: 254, minor: 253 },
      epoch: 1,
      sequenceNumber: ++dtls.recordSequenceNumber,
      contentLen: fragment.length,
    };
    return dtlsRecord(contentType, 1, recordLayerHeader.sequenceNumber, cipher.encryptPacket({ recordLayerHeader, fragment }).fragment);
  }
}
