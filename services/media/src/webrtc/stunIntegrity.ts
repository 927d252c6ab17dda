import { createHmac, timingSafeEqual } from "node:crypto";

/** STUN (RFC 8489) as bytes, as far as a request's sender has to be proven. */

const HEADER_BYTES = 20;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const FINGERPRINT = 0x8028;
const HASH_BYTES = 20;
/** An attribute's type and length. */
const HEAD_BYTES = 4;
const FINGERPRINT_BYTES = HEAD_BYTES + 4;

interface Attributes {
  username?: string;
  /** Where MESSAGE-INTEGRITY begins. */
  integrityAt?: number;
}

/** Up to the integrity, behind which only a fingerprint may stand: nothing would vouch for more. */
function attributesOf(message: Buffer): Attributes {
  let username: string | undefined;
  for (let at = HEADER_BYTES; at + HEAD_BYTES <= message.length;) {
    const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 2)];
    const value = message.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    if (type === USERNAME) username ??= value.toString();
    if (type === MESSAGE_INTEGRITY) return { username, integrityAt: isLast(message, at, length) ? at : undefined };
    at += HEAD_BYTES + Math.ceil(length / 4) * 4;
  }
  return { username };
}

function isLast(message: Buffer, at: number, length: number): boolean {
  const rest = message.subarray(at + HEAD_BYTES + length);
  return (
    length === HASH_BYTES &&
    message.length >= at + HEAD_BYTES + HASH_BYTES &&
    (rest.length === 0 || (rest.length === FINGERPRINT_BYTES && rest.readUInt16BE(0) === FINGERPRINT))
  );
}

/**
 * True for a request to one of our names, signed with its password (RFC 8445, 7.3; RFC 8489, 9.1.3 and 14.5).
 * `passwordOf`: of a name of ours.
 */
export function isSigned(message: Buffer, passwordOf: (ufrag: string) => string | undefined): boolean {
  const { username, integrityAt } = attributesOf(message);
  const password = passwordOf(username?.split(":")[0] ?? "");
  if (password === undefined || integrityAt === undefined) return false;
  const covered = Buffer.from(message.subarray(0, integrityAt));
  covered.writeUInt16BE(integrityAt - HEADER_BYTES + HEAD_BYTES + HASH_BYTES, 2);
  const [start, end] = [integrityAt + HEAD_BYTES, integrityAt + HEAD_BYTES + HASH_BYTES];
  return timingSafeEqual(createHmac("sha1", password).update(covered).digest(), message.subarray(start, end));
}
