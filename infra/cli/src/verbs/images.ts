import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { resolveUpstream, type Pinned } from "@barecast/images";
import { UserError } from "@barecast/site";
import type { Context } from "../context";

/** Where the image table reads the digests of official images. */
const pinnedFile = path.join("infra", "stack", "src", "upstream.digests.json");

/** What `images pin` found: the digest of each tag of the table, and which of them are other ones than before. */
export interface PinResult {
  readonly file: string;
  readonly digests: Pinned;
  readonly changed: readonly string[];
}

/** Writes the digests that stand behind the table's tags now. They are taken by the next `up` of a site with `images: upstream`. */
export async function pinImages(context: Context, action: string, output?: string): Promise<PinResult> {
  if (action !== "pin") throw new UserError("images.action", `images ${action}: Expected pin`);
  const file = output ? path.resolve(process.env.BARECAST_CWD ?? ".", output) : path.join(context.project, pinnedFile);
  const before = JSON.parse(readFileSync(path.join(context.project, pinnedFile), "utf8")) as Pinned;
  const digests = await context.progress.step("Look up the official images", () => resolveUpstream());
  writeFileSync(file, `${JSON.stringify(digests, null, 2)}\n`);
  return { file, digests, changed: Object.keys(digests).filter((reference) => before[reference] !== digests[reference]) };
}

export const pinText = ({ file, digests, changed }: PinResult): string =>
  [
    ...Object.entries(digests).map(([reference, digest]) => `${changed.includes(reference) ? "~" : " "} ${reference}@${digest}`),
    `${file}: ${changed.length === 0 ? "Nothing has changed" : `${changed.length} changed. Look at the release notes, and commit it`}`,
  ].join("\n");
