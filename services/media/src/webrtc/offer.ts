import { CODEC_KINDS, codecName, type Kind } from "../media/packet";

/** RFC 8851 to 8853: werift has no place for simulcast; the first encoding is all we want. */
const DROPPED_ATTRIBUTES = /^a=(extmap|rid|simulcast|ssrc-group:SIM)/;

interface Section {
  lines: string[];
  kind: string;
}

/** The session part and the media sections of an SDP (RFC 8866). */
export function splitSdp(sdp: string): { session: string[]; sections: Section[] } {
  const session: string[] = [];
  const sections: Section[] = [];
  for (const line of sdp.split(/\r?\n/).filter((text) => text !== "")) {
    if (line.startsWith("m=")) sections.push({ kind: line.slice(2).split(" ")[0] ?? "", lines: [line] });
    else (sections.at(-1)?.lines ?? session).push(line);
  }
  return { session, sections };
}

export const joinSdp = (lines: string[]): string => `${lines.join("\r\n")}\r\n`;

/**
 * Why this is no description to negotiate WebRTC with, or undefined.
 * Checked before werift sees it, which accepts nearly everything and fails later.
 */
export function sdpProblem(sdp: unknown): string | undefined {
  if (typeof sdp !== "string" || !sdp.startsWith("v=0")) return "does not start with v=0";
  const { session, sections } = splitSdp(sdp);
  if (sections.length === 0) return "has no media section";
  for (const [index, { lines }] of sections.entries()) {
    if (!/^m=\S+ \d+ \S+ .+/.test(lines[0] ?? "")) return `has a malformed media section ${index}`;
    if ((lines[0] ?? "").split(" ")[1] === "0") continue;
    for (const name of ["ice-ufrag", "ice-pwd", "fingerprint"]) {
      if (![...session, ...lines].some((line) => line.startsWith(`a=${name}:`))) return `has no a=${name} in media section ${index}`;
    }
  }
  return undefined;
}

interface Format {
  pt: string;
  name: string;
  fmtp: string;
}

function formatsOf(lines: string[]): Format[] {
  const attribute = (name: string, pt: string) => {
    const prefix = `a=${name}:${pt} `;
    return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? "";
  };
  const numbers = (lines[0] ?? "").split(" ").slice(3);
  return numbers.map((pt) => ({ pt, name: attribute("rtpmap", pt).split("/")[0] || staticName(pt), fmtp: attribute("fmtp", pt) }));
}

const staticName = (pt: string) => ({ "0": "PCMU", "8": "PCMA" })[pt] ?? "";

/** Formats that this server forwards, one of each codec: for H.264 packetization mode 1, constrained baseline before others. */
function keptFormats(formats: Format[], kind: Kind): Format[] {
  const ofKind = formats.filter(({ name }) => CODEC_KINDS[codecName(name) ?? "VP8"] === kind && codecName(name) !== undefined);
  const rank = ({ fmtp }: Format) => (/profile-level-id=42e0/i.test(fmtp) ? 0 : /profile-level-id=4200/i.test(fmtp) ? 1 : 2);
  const h264 = ofKind
    .filter(({ name, fmtp }) => codecName(name) === "H264" && /packetization-mode=1/.test(fmtp))
    .sort((a, b) => rank(a) - rank(b));
  const others = ofKind.filter(
    ({ name }, index) => codecName(name) !== "H264" && ofKind.findIndex((other) => other.name === name) === index,
  );
  const primary = [...others, ...h264.slice(0, 1)];
  const isRtxOfPrimary = ({ name, fmtp }: Format) => name.toLowerCase() === "rtx" && primary.some(({ pt }) => fmtp.trim() === `apt=${pt}`);
  return formats.filter((format) => primary.includes(format) || isRtxOfPrimary(format));
}

function trimSection({ kind, lines }: Section): string[] {
  if (kind !== "audio" && kind !== "video") return lines;
  const kept = keptFormats(formatsOf(lines), kind).map(({ pt }) => pt);
  if (kept.length === 0) return lines;
  const [media = "", ...attributes] = lines;
  const isKept = (line: string) => {
    const pt = /^a=(?:rtpmap|fmtp|rtcp-fb):(\S+)/.exec(line)?.[1];
    if (pt !== undefined && pt !== "*" && !kept.includes(pt)) return false;
    return !DROPPED_ATTRIBUTES.test(line) && !/^a=rtcp-fb:\S+ (transport-cc|ccm fir)/.test(line);
  };
  return [[...media.split(" ").slice(0, 3), ...kept].join(" "), ...attributes.filter(isKept)];
}

/**
 * The remote description with only what this server negotiates: VP8, H.264 and Opus (and G.711) with their rtx; no header
 * extensions and no transport-cc, with which a publisher's bitrate was seen to fall to 87 kbit/s.
 */
export function trimDescription(sdp: string): string {
  const { session, sections } = splitSdp(sdp);
  return joinSdp([...session.filter((line) => !line.startsWith("a=extmap-allow-mixed")), ...sections.flatMap(trimSection)]);
}

/** `mid` of every media section that is not rejected, in order, with its index. */
export function mediaIds(sdp: string): { sdpMid: string; sdpMLineIndex: number }[] {
  return splitSdp(sdp).sections.flatMap(({ lines }, sdpMLineIndex) => {
    const mid = lines.find((line) => line.startsWith("a=mid:"))?.slice(6);
    return (lines[0] ?? "").split(" ")[1] === "0" ? [] : [{ sdpMid: mid ?? String(sdpMLineIndex), sdpMLineIndex }];
  });
}

/** The description without candidates: they are trickled (RFC 8838). */
export function withoutCandidates(sdp: string): string {
  const isCandidate = (line: string) => line.startsWith("a=candidate:") || line.startsWith("a=end-of-candidates");
  return joinSdp(sdp.split(/\r?\n/).filter((line) => line !== "" && !isCandidate(line)));
}
