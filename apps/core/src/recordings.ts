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
  if (!response.ok) throw refusalOf(response.status, await response.json().catch(() => ({})));
  return answerSchema.parse(await response.json()).results;
}

/** Parse's error codes: https://docs.parseplatform.com/rest/guide/#error-codes */
const invalidSession = 209;
const forbidden = 119;

function refusalOf(status: number, { code }: { code?: unknown }): Problem {
  if (code === invalidSession) return new Problem("unauthenticated", "The session is not valid any more. Sign in again");
  if (code === forbidden) return new Problem("forbidden", "The recordings cannot be loaded: the role operator is needed");
  return new Problem("internal", `The recordings cannot be loaded: the server answered ${status}. Trying again`);
}

/** Where a recording plays from: the host that made it. */
export function recordingUrl({ host, file }: Recording, base = ""): string {
  return `${base}/rec/${encodeURIComponent(host)}/${encodeURIComponent(file)}`;
}
