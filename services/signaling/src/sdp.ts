/** One `m=` section of an SDP (RFC 8866): its kind, whether its port is not 0, its codecs in order of preference, upper case. */
export interface MediaSection {
  readonly kind: string;
  readonly isActive: boolean;
  readonly codecs: readonly string[];
}

/** The media sections of an SDP; codecs such as rtx, red and ulpfec are left out. */
export function mediaSections(sdp: string): MediaSection[] {
  return sdp
    .split(/\r?\n(?=m=)/)
    .filter((section) => section.startsWith("m="))
    .map((section) => {
      const [kind = "", port = "0", , ...payloads] = section.split(/\r?\n/, 1)[0]!.slice(2).trim().split(" ");
      const names = new Map(
        [...section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm)].map(([, payload, name]) => [payload!, name!.toUpperCase()]),
      );
      const codecs = payloads.map((payload) => names.get(payload)).filter((name) => name !== undefined);
      return { kind, isActive: port !== "0", codecs: [...new Set(codecs)].filter((name) => !/^(RTX|RED|ULPFEC|FLEXFEC-03)$/.test(name)) };
    });
}

/** What is wrong with an offer before the media server is asked, or `null`. */
export function offerProblem(sdp: string): string | null {
  // Codecs are the media server's to judge: they would have to be looked for in all of the text.
  const lines = sdp.match(/^m=.*/gm);
  if (!sdp.startsWith("v=0") || !lines) return "The offer is no session description with media in it";
  if (!lines.some((line) => /^m=video +(?!0\b)/.test(line))) return "The offer has no video";
  return null;
}

/** How a stream is recorded: Kurento's profile, the file's ending, and which media go into it. */
export interface RecordingProfile {
  readonly profile: "WEBM" | "WEBM_VIDEO_ONLY" | "MKV" | "MKV_VIDEO_ONLY";
  readonly extension: "webm" | "mkv";
  readonly media: readonly ("VIDEO" | "AUDIO")[];
}

/** From the answer given to a publisher: VP8 fits WebM; H.264 goes to Matroska. Nothing is transcoded for the recorder. */
export function recordingProfile(answer: string): RecordingProfile {
  const active = mediaSections(answer).filter(({ isActive }) => isActive);
  const container = active.find(({ kind }) => kind === "video")?.codecs[0] === "H264" ? "MKV" : "WEBM";
  const extension = container === "MKV" ? "mkv" : "webm";
  return active.some(({ kind }) => kind === "audio")
    ? { profile: container, extension, media: ["VIDEO", "AUDIO"] }
    : { profile: `${container}_VIDEO_ONLY`, extension, media: ["VIDEO"] };
}
