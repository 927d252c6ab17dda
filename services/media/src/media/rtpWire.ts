import type { MediaPacket, SenderClock } from "./packet";

/** RTP and RTCP as bytes (RFC 3550), for the paths that werift has no part in: ffmpeg children and plain RTP. */

/** Without contributing sources and extensions. */
export const RTP_HEADER_BYTES = 12;
const SENDER_REPORT = 200;
const BYE = 203;

/** The packet with its payload type and SSRC, or undefined for what is no RTP. The payload shares memory with `data`. */
export function parseRtp(data: Buffer): { packet: MediaPacket; payloadType: number; ssrc: number } | undefined {
  if (data.length < RTP_HEADER_BYTES || data[0]! >> 6 !== 2) return undefined;
  let offset = RTP_HEADER_BYTES + (data[0]! & 0x0f) * 4;
  if (data[0]! & 0x10) {
    if (data.length < offset + 4) return undefined;
    offset += 4 + data.readUInt16BE(offset + 2) * 4;
  }
  const padding = data[0]! & 0x20 ? data[data.length - 1]! : 0;
  if (offset + padding > data.length) return undefined;
  return {
    packet: {
      sequenceNumber: data.readUInt16BE(2),
      timestamp: data.readUInt32BE(4),
      marker: (data[1]! & 0x80) !== 0,
      payload: data.subarray(offset, data.length - padding),
    },
    payloadType: data[1]! & 0x7f,
    ssrc: data.readUInt32BE(8),
  };
}

export interface RtpFields {
  payloadType: number;
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
  marker: boolean;
}

export function writeRtp(fields: RtpFields, payload: Buffer): Buffer {
  const data = Buffer.allocUnsafe(RTP_HEADER_BYTES + payload.length);
  writeRtpHeader(data, fields);
  payload.copy(data, RTP_HEADER_BYTES);
  return data;
}

/** Writes {@link RTP_HEADER_BYTES} bytes at `offset`. */
export function writeRtpHeader(data: Buffer, { payloadType, ssrc, sequenceNumber, timestamp, marker }: RtpFields, offset = 0): void {
  data[offset] = 0x80;
  data[offset + 1] = (marker ? 0x80 : 0) | payloadType;
  data.writeUInt16BE(sequenceNumber, offset + 2);
  data.writeUInt32BE(timestamp, offset + 4);
  data.writeUInt32BE(ssrc, offset + 8);
}

/** The types in a compound RTCP packet with where each begins; stops at the first malformed one. */
export function rtcpParts(data: Buffer): { type: number; count: number; part: Buffer }[] {
  const parts = [];
  for (let offset = 0; offset + 4 <= data.length && data[offset]! >> 6 === 2;) {
    const end = offset + 4 + data.readUInt16BE(offset + 2) * 4;
    if (end > data.length) break;
    parts.push({ type: data[offset + 1]!, count: data[offset]! & 0x1f, part: data.subarray(offset, end) });
    offset = end;
  }
  return parts;
}

/** The clock in a sender report, if there is one. */
export function parseSenderClock(data: Buffer): SenderClock | undefined {
  const report = rtcpParts(data).find(({ type, part }) => type === SENDER_REPORT && part.length >= 28)?.part;
  return report && { ntp: report.readBigUInt64BE(8), rtp: report.readUInt32BE(16) };
}

export function writeSenderReport(ssrc: number, { ntp, rtp }: SenderClock, packets: number, bytes: number): Buffer {
  const data = Buffer.alloc(28);
  data.set([0x80, SENDER_REPORT, 0, 6]);
  data.writeUInt32BE(ssrc, 4);
  data.writeBigUInt64BE(ntp, 8);
  data.writeUInt32BE(rtp, 16);
  data.writeUInt32BE(packets >>> 0, 20);
  data.writeUInt32BE(bytes >>> 0, 24);
  return data;
}

export function writeBye(ssrc: number): Buffer {
  const data = Buffer.from([0x81, BYE, 0, 1, 0, 0, 0, 0]);
  data.writeUInt32BE(ssrc, 4);
  return data;
}

const PAYLOAD_FEEDBACK = 206;
const PLI = 1;
const FIR = 4;

export function writePli(senderSsrc: number, mediaSsrc: number): Buffer {
  const data = Buffer.from([0x80 | PLI, PAYLOAD_FEEDBACK, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  data.writeUInt32BE(senderSsrc, 4);
  data.writeUInt32BE(mediaSsrc, 8);
  return data;
}

/** True when the packet asks for a key frame (RFC 4585 PLI, RFC 5104 FIR). */
export function asksKeyFrame(data: Buffer): boolean {
  return rtcpParts(data).some(({ type, count }) => type === PAYLOAD_FEEDBACK && (count === PLI || count === FIR));
}

const NTP_EPOCH_SECONDS = 2_208_988_800;
/** NTP time (RFC 5905, 32.32 bits) of a Unix time in ms. */
export function ntpOf(unixMs: number): bigint {
  const seconds = Math.floor(unixMs / 1000) + NTP_EPOCH_SECONDS;
  const fraction = Math.floor(((unixMs % 1000) / 1000) * 0x1_0000_0000);
  return (BigInt(seconds) << 32n) | BigInt(fraction);
}

/** Unix time in ms of an NTP time. */
export function unixMsOf(ntp: bigint): number {
  return (Number(ntp >> 32n) - NTP_EPOCH_SECONDS) * 1000 + (Number(ntp & 0xffff_ffffn) / 0x1_0000_0000) * 1000;
}
