import { recordingSchema, type Recording } from "@barecast/signaling/messages";
import { z } from "zod";
import { Problem } from "./problem";

const parseDate = z.object({ iso: z.string() }).transform(({ iso }) => iso);
const rowSchema = recordingSchema.extend({ startedAt: parseDate, endedAt: parseDate.nullish().transform((date) => date ?? null) });
const answerSchema = z.object({ results: z.array(rowSchema) });

/** The newest recordings first. @throws {Problem} in words. */
export async function listRecordings(fetcher: typeof fetch = (...request) => fetch(...request), base = ""): Promise<Recording[]> {
  const url = `${base}/api/classes/Recording?order=-startedAt&limit=200`;
  let response: Response;
  try {
    response = await fetcher(url, { headers: { "X-Parse-Application-Id": "barecast" } });
  } catch {
    throw new Problem("offline", "The recordings cannot be loaded: the server cannot be reached");
  }
  if (!response.ok) throw new Problem("internal", `The recordings cannot be loaded: the server answered ${response.status}`);
  return answerSchema.parse(await response.json()).results;
}

/** Where a recording plays from. */
export function recordingUrl({ file }: Recording, base = ""): string {
  return `${base}/rec/${encodeURIComponent(file)}`;
}
