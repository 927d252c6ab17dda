import { createHmac, randomBytes } from "node:crypto";
import { atLeast, clientHello, dtlsRecord, headerBytes, rtcpPackets, stunAttribute, uint32 } from "./bytes";
import { breakBytes, type Dice } from "./mutate";
import { type Publisher, vp8Payload } from "./peers";

/** What an intruder reaches into: werift's keys and sockets, on the client's side. */
interface FakeHeader {
  serializeSize: number;
  sequenceNumber: number;
  ssrc: number;
  serialize(): Buffer;
}
interface DtlsInternals {
  srtp: { encrypt(payload: Buffer, header: FakeHeader): Buffer };
  srtcp: { encrypt(packet: Buffer): Buffer };
  dtls: {
    dtls: { recordSequenceNumber: number };
    cipher: { encryptPacket(record: object): { fragment: Buffer } };
  };
}
interface IceInternals {
  localUsername: string;
  remoteUsername: string;
  remotePassword: string;
  nominated: { protocol: { sendData(data: Buffer, address: unknown): Promise<void> }; remoteAddr: unknown };
}

export type Protocol = "RTP" | "RTCP" | "STUN" | "DTLS";

/** A client with a live session that sends broken messages: as they are, or past the session's own authentication. */
export class Intruder {
  private readonly transport;
  private readonly ice;
  private readonly ssrc;

  /** `publisher`: connected, and paused while RTP is sent. */
  constructor(
    private readonly publisher: Publisher,
    private readonly dice: Dice,
  ) {
    const [transport] = publisher.pc.dtlsTransports;
    this.ssrc = publisher.pc.getSenders()[0]!.ssrc;
    this.transport = transport as unknown as DtlsInternals;
    this.ice = transport!.iceTransport.connection as unknown as IceInternals;
  }

  /** Sends one broken message; every other one is authentic: valid ICE credentials, SRTP tags or DTLS records around broken contents. */
  async send(protocol: Protocol, isAuthentic: boolean): Promise<void> {
    const { protocol: socket, remoteAddr } = this.ice.nominated;
    const data = isAuthentic ? this.authentic(protocol) : breakBytes(this.whole(protocol), this.dice);
    if (data.length > 0) await socket.sendData(data, remoteAddr);
  }

  private whole(protocol: Protocol): Buffer {
    switch (protocol) {
      case "RTP":
        return this.seal(this.rtp());
      case "RTCP":
        return this.transport.srtcp.encrypt(this.rtcp());
      case "STUN":
        return this.sign(this.binding(), this.stunAttributes());
      case "DTLS":
        return this.dice.below(2) === 0 ? this.record(23, randomBytes(40)) : dtlsRecord(22, 0, 7, clientHello());
    }
  }

  private authentic(protocol: Protocol): Buffer {
    const { dice } = this;
    switch (protocol) {
      case "RTP":
        return this.seal(this.brokenRtp());
      case "RTCP":
        return this.transport.srtcp.encrypt(atLeast(8, breakBytes(this.rtcp(), dice)));
      case "STUN":
        return this.sign(this.binding(), breakBytes(this.stunAttributes(), dice));
      case "DTLS":
        // Not an alert: a true goodbye ends the session, as it should.
        return this.record(dice.pick([20, 22, 23, 24, 0, 255]), breakBytes(clientHello(), dice));
    }
  }

  private rtp(): Buffer {
    const header = Buffer.alloc(12);
    header.set([0x80, 0x80 | 97]);
    header.writeUInt16BE(this.publisher.nextSequenceNumber(), 2);
    header.writeUInt32BE(this.dice.below(2 ** 32), 4);
    header.writeUInt32BE(this.ssrc, 8);
    return Buffer.concat([header, vp8Payload(this.dice.below(4) === 0, 0)]);
  }

  /** The sequence number stays: a wrong one would lead the receiver's rollover counter astray, and nothing would be authentic any more. */
  private brokenRtp(): Buffer {
    const whole = this.rtp();
    const broken = atLeast(12, breakBytes(whole, this.dice));
    whole.copy(broken, 2, 2, 4);
    return broken;
  }

  /** A valid tag around whatever the bytes say. */
  private seal(whole: Buffer): Buffer {
    const size = Math.min(whole.length, headerBytes(whole));
    const header: FakeHeader = {
      serializeSize: size,
      sequenceNumber: whole.readUInt16BE(2),
      ssrc: whole.readUInt32BE(8),
      serialize: () => whole.subarray(0, size),
    };
    return this.transport.srtp.encrypt(whole.subarray(size), header);
  }

  private rtcp(): Buffer {
    const { ssrc, dice } = this;
    return Buffer.concat(Array.from({ length: 1 + dice.below(3) }, () => dice.pick(rtcpPackets(ssrc))));
  }

  private binding(): number {
    return this.dice.pick([0x0001, 0x0001, 0x0011, 0x0101, 0x0111]);
  }

  private stunAttributes(): Buffer {
    const { remoteUsername, localUsername } = this.ice;
    return Buffer.concat([
      stunAttribute(0x0006, Buffer.from(`${remoteUsername}:${localUsername}`)),
      stunAttribute(0x0024, uint32(0x6e0001ff)),
      stunAttribute(this.dice.pick([0x8029, 0x802a]), randomBytes(8)),
      ...(this.dice.below(4) === 0 ? [stunAttribute(0x0025, Buffer.alloc(0))] : []),
    ]);
  }

  /** RFC 8489, 14.5: the integrity covers the message up to itself, its own length counted in. */
  private sign(type: number, attributes: Buffer): Buffer {
    const head = Buffer.alloc(20);
    head.writeUInt16BE(type, 0);
    head.writeUInt32BE(0x2112a442, 4);
    randomBytes(12).copy(head, 8);
    head.writeUInt16BE((attributes.length + 24) & 0xffff, 2);
    const whole = Buffer.concat([head, attributes]);
    return Buffer.concat([whole, stunAttribute(0x0008, createHmac("sha1", this.ice.remotePassword).update(whole).digest())]);
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
