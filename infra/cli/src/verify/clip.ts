import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

/** The clip that `verify` publishes: 60 VP8 frames at 15 a second, a key frame every five. Nothing on the way transcodes, so a frame that
 * comes back is the one that was sent, byte for byte: its hash is its stamp. */
export const clipFile = path.join(__dirname, "..", "..", "assets", "verify.ivf");

/** Frames of an IVF file: a header of 32 bytes, then size (32 bits), time (64 bits) and data of each. */
export function framesOf(file: Buffer): Buffer[] {
  if (file.toString("latin1", 0, 4) !== "DKIF") throw new Error("Expected an IVF file");
  const frames: Buffer[] = [];
  for (let at = file.readUInt16LE(6); at < file.length;) {
    const size = file.readUInt32LE(at);
    frames.push(file.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  return frames;
}

export const loadClip = () => framesOf(readFileSync(clipFile));
export const stampOf = (frame: Buffer) => createHash("sha256").update(frame).digest("hex");

/** VP8 in RTP (RFC 7741): a one-byte descriptor, S set on the first packet of a frame. */
export function payloadsOf(frame: Buffer, maxBytes = 1100): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < frame.length; at += maxBytes)
    payloads.push(Buffer.concat([Buffer.from([at === 0 ? 0x10 : 0x00]), frame.subarray(at, at + maxBytes)]));
  return payloads;
}

/** Length of a VP8 payload descriptor (RFC 7741, 4.2), and whether it starts a frame. */
export function descriptorOf(payload: Buffer): { length: number; isStart: boolean } {
  const first = payload[0] ?? 0;
  let length = 1;
  if (first & 0x80) {
    const extension = payload[1] ?? 0;
    length += 1;
    if (extension & 0x80) length += (payload[2] ?? 0) & 0x80 ? 2 : 1;
    if (extension & 0x40) length += 1;
    if (extension & 0x30) length += 1;
  }
  return { length, isStart: (first & 0x10) !== 0 && (first & 0x07) === 0 };
}

/** Puts frames together again from packets in order of sequence; a frame with a lost packet is left out. */
export class FrameReader {
  #parts: Buffer[] = [];
  #timestamp = -1;
  #next = -1;
  #isWhole = false;

  constructor(private readonly onFrame: (frame: Buffer) => void) {}

  push({ sequenceNumber, timestamp, marker }: { sequenceNumber: number; timestamp: number; marker: boolean }, payload: Buffer): void {
    const { length, isStart } = descriptorOf(payload);
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      this.#parts = [];
      this.#isWhole = isStart;
    } else if (sequenceNumber !== this.#next) this.#isWhole = false;
    this.#next = (sequenceNumber + 1) & 0xffff;
    this.#parts.push(payload.subarray(length));
    if (marker && this.#isWhole) this.onFrame(Buffer.concat(this.#parts));
  }
}
