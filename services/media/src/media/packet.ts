export type Kind = "audio" | "video";
export type CodecName = "VP8" | "H264" | "opus" | "PCMU" | "PCMA";

/** An RTP payload format as SDP names it. */
export interface Codec {
  name: CodecName;
  clockRate: number;
  channels?: number;
  /** Format parameters without the payload type, e.g. `packetization-mode=1`. */
  fmtp?: string;
}

/** What flows between elements: the parts of an RTP packet (RFC 3550) that a forwarder needs. The payload is shared, never written to. */
export interface MediaPacket {
  sequenceNumber: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
}

/** Relation of RTP time to the sender's wall clock, from its last sender report (RFC 3550, 6.4.1). */
export interface SenderClock {
  ntp: bigint;
  rtp: number;
}

export const CODEC_KINDS: Record<CodecName, Kind> = { VP8: "video", H264: "video", opus: "audio", PCMU: "audio", PCMA: "audio" };

/** The name as this server writes it, whatever the case in the SDP; undefined for what is not forwarded. */
export function codecName(name: string): CodecName | undefined {
  return (Object.keys(CODEC_KINDS) as CodecName[]).find((known) => known.toLowerCase() === name.toLowerCase());
}
