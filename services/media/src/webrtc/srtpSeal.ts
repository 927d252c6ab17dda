import { type Cipheriv, createCipheriv, hash, type KeyObject } from "node:crypto";
import type { RTCDtlsTransport } from "werift";
import { RTP_HEADER_BYTES, type RtpFields, writeRtpHeader } from "../media/rtpWire";
import { shortLived } from "./slab";

/**
 * SRTP of outgoing packets: byte for byte what werift 0.25.2 makes of them, with its keys and rollover counters, in half of its time.
 * A forwarded packet is sealed once for each viewer, so that this is the server's greatest expense.
 */
export interface SrtpSeal {
  seal(fields: RtpFields, payload: Buffer): Buffer;
}

interface Rollover {
  rolloverCounter: number;
}
interface Context {
  profile: number;
  cipher: { srtpSessionKey: Buffer | KeyObject; srtpSessionSalt: Buffer; srtpSessionAuthTag?: Buffer | KeyObject };
  getSrtpSsrcState(ssrc: number): Rollover;
  updateRolloverCount(sequenceNumber: number, state: Rollover): void;
}

/** SRTPProtectionProfiles (RFC 5764, 4.1.2; RFC 7714, 14.2): what Chromium chooses, and what it leaves to others. */
const AES128_CM_SHA1_80 = 1;
const AEAD_AES_128_GCM = 7;

/** @throws Error where werift has its keys elsewhere */
export function sealOf(dtls: RTCDtlsTransport): SrtpSeal {
  const { localContext: context } = (dtls as unknown as { srtp: { localContext: Context } }).srtp;
  const { srtpSessionKey, srtpSessionSalt, srtpSessionAuthTag } = context.cipher;
  if (srtpSessionKey && srtpSessionSalt) {
    if (context.profile === AEAD_AES_128_GCM) return new GcmSeal(context);
    if (context.profile === AES128_CM_SHA1_80 && srtpSessionAuthTag) return new CounterModeSeal(context, bytesOf(srtpSessionAuthTag));
  }
  throw new Error("werift: SRTP keys are not where 0.25.2 has them");
}

const bytesOf = (key: Buffer | KeyObject): Buffer => (Buffer.isBuffer(key) ? key : key.export());

/** The rollover counter of RFC 3711, 3.3.1, kept by werift, which also seals what is sent again. */
function rolloverOf(context: Context, { ssrc, sequenceNumber }: RtpFields): number {
  const state = context.getSrtpSsrcState(ssrc);
  context.updateRolloverCount(sequenceNumber, state);
  return state.rolloverCounter;
}

const GCM_TAG_BYTES = 16;

/** RFC 7714, 8 and 9. */
class GcmSeal implements SrtpSeal {
  private readonly iv = Buffer.alloc(12);

  constructor(private readonly context: Context) {}

  seal(fields: RtpFields, payload: Buffer): Buffer {
    const { iv, context } = this;
    const { srtpSessionKey, srtpSessionSalt } = context.cipher;
    iv.writeUInt16BE(0, 0);
    iv.writeUInt32BE(fields.ssrc, 2);
    iv.writeUInt32BE(rolloverOf(context, fields), 6);
    iv.writeUInt16BE(fields.sequenceNumber, 10);
    for (let i = 0; i < iv.length; i++) iv[i]! ^= srtpSessionSalt[i]!;
    const sealed = shortLived(RTP_HEADER_BYTES + payload.length + GCM_TAG_BYTES);
    writeRtpHeader(sealed, fields);
    const cipher = createCipheriv("aes-128-gcm", srtpSessionKey, iv);
    cipher.setAAD(sealed.subarray(0, RTP_HEADER_BYTES));
    sealed.set(cipher.update(payload), RTP_HEADER_BYTES);
    cipher.final();
    sealed.set(cipher.getAuthTag(), RTP_HEADER_BYTES + payload.length);
    return sealed;
  }
}

const BLOCK_BYTES = 16;
const HASH_BLOCK_BYTES = 64;
const HASH_BYTES = 20;
const CM_TAG_BYTES = 10;
const MOST_BYTES = 65_536;
/** Where packets are made, one after the other: the counters of one, and its bytes between the first block of its HMAC and its rollover counter. */
const counters = Buffer.alloc(MOST_BYTES + BLOCK_BYTES);
const counterWords = new DataView(counters.buffer, counters.byteOffset);
const inner = Buffer.alloc(HASH_BLOCK_BYTES + RTP_HEADER_BYTES + MOST_BYTES + 4);

/**
 * RFC 3711, 4.1.1 and 4.2.1. An object of Node's for each packet's cipher and for its HMAC would cost more than their work. Counter mode is
 * the counters' encryption by ECB (NIST SP 800-38A, 6.5), for which one object does; an HMAC is two hashes (RFC 2104, 2).
 */
class CounterModeSeal implements SrtpSeal {
  private readonly blocks: Cipheriv;
  private readonly salt: DataView;
  private readonly innerPad = Buffer.alloc(HASH_BLOCK_BYTES, 0x36);
  private readonly outer = Buffer.alloc(HASH_BLOCK_BYTES + HASH_BYTES, 0x5c);

  constructor(
    private readonly context: Context,
    hmacKey: Buffer,
  ) {
    const { srtpSessionKey, srtpSessionSalt } = context.cipher;
    this.blocks = createCipheriv("aes-128-ecb", srtpSessionKey, null);
    this.salt = new DataView(srtpSessionSalt.buffer, srtpSessionSalt.byteOffset, srtpSessionSalt.length);
    hmacKey.forEach((byte, index) => {
      this.innerPad[index]! ^= byte;
      this.outer[index]! ^= byte;
    });
  }

  seal(fields: RtpFields, payload: Buffer): Buffer {
    const { innerPad, outer } = this;
    const rollover = rolloverOf(this.context, fields);
    const keys = this.keyStream(fields, rollover, payload.length);
    const start = HASH_BLOCK_BYTES + RTP_HEADER_BYTES;
    const end = start + payload.length;
    inner.set(innerPad);
    writeRtpHeader(inner, fields, HASH_BLOCK_BYTES);
    for (let i = 0; i < payload.length; i++) inner[start + i] = payload[i]! ^ keys[i]!;
    inner.writeUInt32BE(rollover, end);
    outer.set(hash("sha1", inner.subarray(0, end + 4), "buffer"), HASH_BLOCK_BYTES);
    const sealed = shortLived(RTP_HEADER_BYTES + payload.length + CM_TAG_BYTES);
    inner.copy(sealed, 0, HASH_BLOCK_BYTES, end);
    hash("sha1", outer, "buffer").copy(sealed, RTP_HEADER_BYTES + payload.length, 0, CM_TAG_BYTES);
    return sealed;
  }

  private keyStream({ ssrc, sequenceNumber }: RtpFields, rollover: number, bytes: number): Buffer {
    const { salt } = this;
    const [first, second, third] = [salt.getUint32(0), salt.getUint32(4) ^ ssrc, salt.getUint32(8) ^ rollover];
    const fourth = (salt.getUint16(12) ^ sequenceNumber) << 16;
    const end = Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
    for (let offset = 0, block = 0; offset < end; offset += BLOCK_BYTES, block++) {
      counterWords.setUint32(offset, first);
      counterWords.setUint32(offset + 4, second);
      counterWords.setUint32(offset + 8, third);
      counterWords.setUint32(offset + 12, fourth | block);
    }
    return this.blocks.update(counters.subarray(0, end));
  }
}
