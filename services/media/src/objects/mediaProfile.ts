import { KurentoError } from "../errors";
import type { Container } from "../ffmpeg/arguments";
import { CODEC_KINDS, type CodecName, type Kind } from "../media/packet";

interface Profile {
  container: Container;
  kinds: Kind[];
}

const BOTH: Kind[] = ["audio", "video"];

/** Kurento's media profiles that can be had without transcoding. */
export const PROFILES: Record<string, Profile> = {
  WEBM: { container: "webm", kinds: BOTH },
  WEBM_VIDEO_ONLY: { container: "webm", kinds: ["video"] },
  WEBM_AUDIO_ONLY: { container: "webm", kinds: ["audio"] },
  MKV: { container: "matroska", kinds: BOTH },
  MKV_VIDEO_ONLY: { container: "matroska", kinds: ["video"] },
  MKV_AUDIO_ONLY: { container: "matroska", kinds: ["audio"] },
  MP4: { container: "mp4", kinds: BOTH },
  MP4_VIDEO_ONLY: { container: "mp4", kinds: ["video"] },
  MP4_AUDIO_ONLY: { container: "mp4", kinds: ["audio"] },
};

/** @throws {@link KurentoError} naming the profiles there are. */
export function profileOf(name: unknown): Profile {
  const key = name === undefined || name === null ? "WEBM" : String(name);
  if (!Object.hasOwn(PROFILES, key)) {
    throw new KurentoError(
      "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
      `'mediaProfile' should be one of ${Object.keys(PROFILES).join(", ")}, found '${key}'`,
    );
  }
  return PROFILES[key]!;
}

const HOLDS: Record<Container, CodecName[]> = {
  webm: ["VP8", "opus"],
  mp4: ["H264", "opus"],
  matroska: Object.keys(CODEC_KINDS) as CodecName[],
};

/**
 * What is written so that nothing has to be transcoded: Matroska, which holds everything, where the profile's container can't hold a codec
 * (H.264 in WebM; a real server transcodes).
 */
export function containerFor(profile: Profile, codecs: CodecName[]): Container {
  return codecs.every((codec) => HOLDS[profile.container].includes(codec)) ? profile.container : "matroska";
}
