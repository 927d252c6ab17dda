import { z } from "zod";
import { streamSchema } from "./messages";
import { streamView, type Stream } from "./streams";

/**
 * A stream as another replica may join it: its view, and its objects on the media server by id. `media` and `pipeline` are empty while it has none,
 * as with a camera whose media server is gone. A camera's stream says, too, that its replica plays the camera, and since when (`startedAt`).
 */
export const sharedSchema = z.object({ view: streamSchema, media: z.string(), pipeline: z.string(), source: z.string().nullable() });
export type SharedStream = z.infer<typeof sharedSchema>;

/** Another replica, as its last text tells. */
export interface Other {
  readonly run: string;
  readonly streams: readonly SharedStream[];
  /** It has not written for a while. Its streams are still there; its cameras may be taken over. */
  readonly isSilent: boolean;
}

/** How this replica tells of its streams. */
export function textOf(streams: readonly Stream[]): string {
  const shared = streams.map((stream): SharedStream => {
    const { wiring } = stream;
    const media = { media: wiring?.server.name ?? "", pipeline: wiring?.pipeline.id ?? "", source: wiring?.source?.id ?? null };
    return { view: streamView(stream), ...media };
  });
  return JSON.stringify(shared);
}

/** What a replica told. One of another version may tell what can't be read here: it lives, and that is all that is known of it. */
export function readShared(text: string): SharedStream[] {
  try {
    return z.array(sharedSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
