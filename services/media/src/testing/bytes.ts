import { createHmac, randomBytes } from "node:crypto";

/** Big-endian. */
export const uint32 = (value: number) => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value >>> 0);
  return data;
};
/** Zeros behind what is shorter. */
export const atLeast = (bytes: number, data: Buffer) =>
  data.length < bytes ? Buffer.concat([data, Buffer.alloc(bytes - data.length)]) : data;

/** Length of the RTP header that these bytes claim (RFC 3550, 5.1 and 5.3.1). */
export function headerBytes(data: Buffer): number {
  const fixed = 12 + (data[0]! & 0x0f) * 4;
  if ((data[0]! & 0x10) === 0 || data.length < fixed + 4) return fixed;
  return fixed + 4 + data.readUInt16BE(fixed + 2) * 4;
}

/** One RTCP packet (RFC 3550, 6.4); `first`: version, padding and count. */
const rtcpPacket = (first: number, type: number, body: Buffer) => Buffer.concat([Buffer.from([first, type, 0, body.length / 4]), body]);

/** A sender report, a receiver report, a NACK, a PLI, a REMB, a FIR, a source description and a transport-cc of this stream. */
export function rtcpPackets(ssrc: number): Buffer[] {
  const body = (...words: number[]) => Buffer.concat(words.map((word) => uint32(word)));
  return [
    rtcpPacket(0x80, 200, body(ssrc, 1, 2, 3, 4, 5)),
    rtcpPacket(0x81, 201, body(1, ssrc, 0x01000001, 9, 10, 11, 12)),
    rtcpPacket(0x81, 205, body(1, ssrc, 0x0001ffff)),
    rtcpPacket(0x81, 206, body(1, ssrc)),
    rtcpPacket(0x8f, 206, Buffer.concat([body(1, 0), Buffer.from("REMB"), body(0x0103ffff, ssrc)])),
    rtcpPacket(0x84, 206, body(1, 0, ssrc, 0x01000000)),
    rtcpPacket(0x81, 202, Buffer.concat([body(ssrc), Buffer.from([1, 4, 110, 97, 109, 101, 0, 0])])),
    rtcpPacket(0x8f, 205, body(1, ssrc, 0x00010002, 0x00000001, 0x20020000)),
  ];
}

/** One STUN attribute with its padding (RFC 8489, 14). */
export function stunAttribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** A STUN message (RFC 8489, 5) with a random transaction, signed with the password (14.5): the integrity covers its own length, too. */
export function signedStun(type: number, attributes: Buffer, password: string): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE((attributes.length + 24) & 0xffff, 2);
  head.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(head, 8);
  const whole = Buffer.concat([head, attributes]);
  return Buffer.concat([whole, stunAttribute(0x0008, createHmac("sha1", password).update(whole).digest())]);
}

/** RFC 6347, 4.3.1. */
export function dtlsRecord(contentType: number, epoch: number, sequenceNumber: number, fragment: Buffer): Buffer {
  const head = Buffer.from([contentType, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUIntBE(sequenceNumber, 5, 6);
  head.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([head, fragment]);
}

/** A handshake message with a plausible ClientHello (RFC 6347, 4.2.2). */
export function clientHello(): Buffer {
  const suites = Buffer.from([0, 4, 0xc0, 0x2b, 0xc0, 0x2f]);
  const extensions = Buffer.from([0, 14, 0, 10, 0, 4, 0, 2, 0, 29, 0, 14, 0, 2, 0, 0]);
  const body = Buffer.concat([Buffer.from([0xfe, 0xfd]), randomBytes(32), Buffer.from([0, 0]), suites, Buffer.from([1, 0]), extensions]);
  const length = [0, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([1, ...length, 0, 0, 0, 0, 0, ...length]), body]);
}
