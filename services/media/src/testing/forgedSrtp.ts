import { atLeast, headerBytes, rtcpPackets } from "./bytes";
import { breakBytes, type Dice } from "./mutate";
import { vp8Payload } from "./peers";

/** What werift wants of a header to seal its packet. */
interface FakeHeader {
  serializeSize: number;
  sequenceNumber: number;
  ssrc: number;
  serialize(): Buffer;
}
/** Two SRTP sessions of werift's: whatever they seal has a valid tag. */
export interface SrtpSessions {
  srtp: { encrypt(payload: Buffer, header: FakeHeader): Buffer };
  srtcp: { encrypt(packet: Buffer): Buffer };
}

/** The stream that RTP pretends to be, and that RTCP speaks of. */
export interface ForgedStream {
  ssrc: number;
  nextSequenceNumber(): number;
}

function rtp({ ssrc, nextSequenceNumber }: ForgedStream, dice: Dice): Buffer {
  const header = Buffer.alloc(12);
  header.set([0x80, 0x80 | 97]);
  header.writeUInt16BE(nextSequenceNumber(), 2);
  header.writeUInt32BE(dice.below(2 ** 32), 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, vp8Payload(dice.below(4) === 0, 0)]);
}

/** A valid tag around whatever the bytes say. */
function seal({ srtp }: SrtpSessions, whole: Buffer): Buffer {
  const size = Math.min(whole.length, headerBytes(whole));
  const serialize = () => whole.subarray(0, size);
  const header = { serializeSize: size, sequenceNumber: whole.readUInt16BE(2), ssrc: whole.readUInt32BE(8), serialize };
  return srtp.encrypt(whole.subarray(size), header);
}

const rtcp = ({ ssrc }: ForgedStream, dice: Dice) =>
  Buffer.concat(Array.from({ length: 1 + dice.below(3) }, () => dice.pick(rtcpPackets(ssrc))));

export const wholeRtp = (sessions: SrtpSessions, stream: ForgedStream, dice: Dice) => seal(sessions, rtp(stream, dice));
export const wholeRtcp = ({ srtcp }: SrtpSessions, stream: ForgedStream, dice: Dice) => srtcp.encrypt(rtcp(stream, dice));

/** The sequence number stays: a wrong one would lead the receiver's rollover counter astray, and nothing would be authentic any more. */
export function authenticRtp(sessions: SrtpSessions, stream: ForgedStream, dice: Dice): Buffer {
  const whole = rtp(stream, dice);
  const broken = atLeast(12, breakBytes(whole, dice));
  whole.copy(broken, 2, 2, 4);
  return seal(sessions, broken);
}

/** The packet type stays: with another it would not be taken for RTCP. */
export function authenticRtcp({ srtcp }: SrtpSessions, stream: ForgedStream, dice: Dice): Buffer {
  const whole = rtcp(stream, dice);
  const broken = atLeast(8, breakBytes(whole, dice));
  whole.copy(broken, 0, 0, 2);
  return srtcp.encrypt(broken);
}
