import { CODEC_KINDS, codecName, type Codec, type Kind } from "./packet";
import { joinSdp, splitSdp } from "../webrtc/offer";

/** One payload format with its number. */
export interface Format extends Codec {
  payloadType: number;
}

/** One medium of a plain RTP session (RFC 3551 with the feedback of RFC 4585). */
export interface RtpSection {
  kind: Kind;
  mid: string;
  port: number;
  rtcpPort: number;
  address: string;
  formats: Format[];
  ssrc?: number;
  direction: "sendrecv" | "sendonly" | "recvonly" | "inactive";
}

const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"] as const;

/** What is offered, with the payload types of a real server's offer. */
export const RTP_FORMATS: Record<Kind, Format[]> = {
  audio: [
    { payloadType: 96, name: "opus", clockRate: 48_000, channels: 2 },
    { payloadType: 0, name: "PCMU", clockRate: 8_000 },
    { payloadType: 8, name: "PCMA", clockRate: 8_000 },
  ],
  video: [
    { payloadType: 103, name: "VP8", clockRate: 90_000 },
    { payloadType: 104, name: "H264", clockRate: 90_000, fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" },
  ],
};

const STATIC: Record<number, Format> = Object.fromEntries(RTP_FORMATS.audio.slice(1).map((format) => [format.payloadType, format]));

function formatOf(payloadType: number, kind: Kind, attribute: (name: string) => string | undefined): Format | undefined {
  const [, name = "", clockRate, channels] = /^([^/]+)\/(\d+)(?:\/(\d+))?/.exec(attribute(`rtpmap:${payloadType} `) ?? "") ?? [];
  const known = codecName(name);
  if (!known) return name === "" ? STATIC[payloadType] : undefined;
  if (CODEC_KINDS[known] !== kind) return undefined;
  return {
    payloadType,
    name: known,
    clockRate: Number(clockRate),
    channels: channels ? Number(channels) : undefined,
    fmtp: attribute(`fmtp:${payloadType} `),
  };
}

/** The media sections of a description; undefined when it is none. A section without a known format has none. */
export function parseRtpSdp(sdp: string): RtpSection[] | undefined {
  const { session, sections } = splitSdp(sdp);
  if (!sdp.startsWith("v=0") || sections.length === 0) return undefined;
  const parsed = sections.map(({ kind, lines }, index): RtpSection | undefined => {
    const match = /^m=(?:audio|video) (\d+) \S+ ([\d ]+)$/.exec(lines[0] ?? "");
    if (!match || (kind !== "audio" && kind !== "video")) return undefined;
    const all = [...lines, ...session];
    const attribute = (name: string) => lines.find((line) => line.startsWith(`a=${name}`))?.slice(2 + name.length);
    const port = Number(match[1]);
    return {
      kind,
      mid: attribute("mid:") ?? `${kind}${index}`,
      port,
      rtcpPort: Number(attribute("rtcp:")?.split(" ")[0] ?? port + 1),
      address: /^c=IN IP4 (\S+)/.exec(all.find((line) => line.startsWith("c=IN IP4 ")) ?? "")?.[1] ?? "",
      formats: match[2]!.split(" ").flatMap((pt) => formatOf(Number(pt), kind, attribute) ?? []),
      ssrc: Number(attribute("ssrc:")?.split(" ")[0]) || undefined,
      direction: DIRECTIONS.find((name) => all.includes(`a=${name}`)) ?? "sendrecv",
    };
  });
  return parsed.every((section) => section !== undefined) ? parsed : undefined;
}

/** Static payload types (RFC 3551) need no rtpmap. */
function formatLines({ payloadType, name, clockRate, channels, fmtp }: Format): string[] {
  if (payloadType in STATIC) return [];
  const rtpmap = `a=rtpmap:${payloadType} ${name}/${clockRate}${channels && channels > 1 ? `/${channels}` : ""}`;
  return [rtpmap, ...(fmtp ? [`a=fmtp:${payloadType} ${fmtp}`] : [])];
}

function sectionLines({ kind, mid, port, rtcpPort, formats, ssrc, direction }: RtpSection, setup: string, cname: string): string[] {
  const head = `m=${kind} ${port} RTP/AVPF ${formats.map(({ payloadType }) => payloadType).join(" ")}`;
  if (port === 0) return [`${head}${formats.length === 0 ? "0" : ""}`, "a=inactive", `a=mid:${mid}`];
  const feedback =
    kind === "video" ? formats.flatMap(({ payloadType }) => [`a=rtcp-fb:${payloadType} nack pli`, `a=rtcp-fb:${payloadType} ccm fir`]) : [];
  const media = [head, `a=setup:${setup}`, ...formats.flatMap(formatLines), `a=rtcp:${rtcpPort}`, `a=${direction}`, `a=mid:${mid}`];
  return [...media, ...feedback, ...(ssrc === undefined ? [] : [`a=ssrc:${ssrc} cname:${cname}`])];
}

/** The description of this side's sections. */
export function writeRtpSdp(address: string, sections: RtpSection[], setup: "actpass" | "active", id: number): string {
  const session = ["v=0", `o=- ${id} ${id} IN IP4 ${address}`, "s=Kurento Media Server", `c=IN IP4 ${address}`, "t=0 0"];
  return joinSdp([...session, ...sections.flatMap((section) => sectionLines(section, setup, `user${id}@barecast`))]);
}
