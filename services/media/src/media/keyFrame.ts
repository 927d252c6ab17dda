import type { CodecName } from "./packet";

/** True when the payload begins a picture that decodes on its own. Audio always does. */
export function startsKeyFrame(codec: CodecName, payload: Buffer): boolean {
  if (codec === "VP8") return startsVp8KeyFrame(payload);
  if (codec === "H264") return startsH264KeyFrame(payload);
  return true;
}

/** RFC 7741, 4.2 and 4.3: first partition's start, and the P bit of its header is 0. */
function startsVp8KeyFrame(payload: Buffer): boolean {
  const first = payload[0];
  if (first === undefined || (first & 0x10) === 0 || (first & 0x07) !== 0) return false;
  let offset = 1;
  if (first & 0x80) {
    const extension = payload[offset++] ?? 0;
    if (extension & 0x80) offset += (payload[offset] ?? 0) & 0x80 ? 2 : 1;
    if (extension & 0x40) offset += 1;
    if (extension & 0x30) offset += 1;
  }
  const header = payload[offset];
  return header !== undefined && (header & 0x01) === 0;
}

const IDR = 5;
const SPS = 7;

/** RFC 6184, 5.4: a single NAL unit, an aggregate (STAP-A) or the first fragment (FU-A) of a parameter set or an IDR slice. */
function startsH264KeyFrame(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === 28) return ((payload[1] ?? 0) & 0x80) !== 0 && isKey((payload[1] ?? 0) & 0x1f);
  if (type !== 24) return isKey(type);
  for (let offset = 1; offset + 2 < payload.length;) {
    const length = payload.readUInt16BE(offset);
    if (isKey((payload[offset + 2] ?? 0) & 0x1f)) return true;
    offset += 2 + length;
  }
  return false;
}

const isKey = (type: number) => type === IDR || type === SPS;
