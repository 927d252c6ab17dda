import type { Codec, Kind } from "../media/packet";

/** Input options that make ffmpeg start at the first key frame instead of after seconds of guessing the frame rate. */
const QUICK_START = { fpsprobesize: "0", probesize: "500000", analyzeduration: "1000000" };
const COMMON = ["-hide_banner", "-nostats", "-loglevel", "warning"];
/** A viewer's path may hold 1200 bytes for sure; SRTP adds its tag. */
const PACKET_BYTES = 1200;
const CONNECT_TIMEOUT_US = 5_000_000;

export interface ChildPlan {
  args: string[];
  /** Written to the child's stdin, then closed. Secrets go this way: a command line is public. */
  stdin: string;
}

/**
 * A camera (or a file) into our RTSP door: picture as it is, with its parameter sets before each key frame; sound as Opus.
 * The address goes through stdin as a concat script (ffmpeg-formats, "concat"), because it may hold a password.
 */
export function cameraPlan(source: string, door: string): ChildPlan {
  const isRtsp = /^rtsps?:/i.test(source);
  const options = { ...QUICK_START, ...(isRtsp ? { rtsp_transport: "tcp", timeout: String(CONNECT_TIMEOUT_US) } : {}) };
  const script = [
    "ffconcat version 1.0",
    `file ${quoted(isRtsp ? source : `file:${source}`)}`,
    ...Object.entries(options).map(([name, value]) => `option ${name} ${value}`),
  ];
  const input = [
    "-protocol_whitelist",
    "pipe,file,rtsp,rtsps,rtp,srtp,tcp,tls,udp,crypto,data",
    "-safe",
    "0",
    "-f",
    "concat",
    "-i",
    "pipe:0",
  ];
  const map = ["-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy", "-bsf:v", "dump_extra=freq=keyframe"];
  const sound = ["-c:a", "libopus", "-b:a", "48k", "-ac", "2", "-application", "lowdelay"];
  const output = ["-f", "rtsp", "-rtsp_transport", "tcp", "-pkt_size", String(PACKET_BYTES), door];
  return { args: [...COMMON, ...(isRtsp ? [] : ["-re"]), ...input, ...map, ...sound, ...output], stdin: `${script.join("\n")}\n` };
}

/** Quoting of ffmpeg's scripts: everything is literal in single quotes but the single quote. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

export type Container = "matroska" | "webm" | "mp4";

/** A recording: our RTSP door into a file, nothing transcoded. */
export function recordingPlan(door: string, file: string, container: Container): ChildPlan {
  const input = ["-rtsp_transport", "tcp", ...Object.entries(QUICK_START).flatMap(([name, value]) => [`-${name}`, value]), "-i", door];
  // Sound or picture may pause: what is there goes to the disk after half a second, so that a crash loses no more.
  const output = ["-map", "0", "-c", "copy", "-max_interleave_delta", "500000", "-flush_packets", "1", ...CONTAINER_OPTIONS[container]];
  return { args: [...COMMON, "-y", ...input, ...output, "-f", container, `file:${file}`], stdin: "" };
}

const CONTAINER_OPTIONS: Record<Container, string[]> = {
  matroska: ["-cluster_time_limit", "1000"],
  webm: ["-cluster_time_limit", "1000"],
  // Fragments: an MP4 whose index is written at its end is lost in a crash.
  mp4: ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
};

export interface SdpStream {
  kind: Kind;
  codec: Codec;
  payloadType: number;
}

/** What the recording's ffmpeg is told of the streams it will read (RFC 8866); `streams[n]` is on the channels 2n and 2n+1. */
export function recordingSdp(streams: SdpStream[]): string {
  const sections = streams.flatMap(({ kind, codec, payloadType }, index) => [
    `m=${kind} 0 RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} ${codec.name}/${codec.clockRate}${codec.channels && codec.channels > 1 ? `/${codec.channels}` : ""}`,
    ...(codec.fmtp ? [`a=fmtp:${payloadType} ${codec.fmtp}`] : []),
    `a=control:trackID=${index}`,
  ]);
  return `${["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", ...sections].join("\r\n")}\r\n`;
}
