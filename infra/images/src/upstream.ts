import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { imageNames, imageTable, type ImageName, type ImageRow } from "@barecast/stack/images";
import { ImageCopyError } from "./errors";
import { buildOrder } from "./order";

const execute = promisify(execFile);

/** Digests by reference (`docker.io/library/redis:8.0`): what upstream.digests.json holds. */
export type Pinned = Readonly<Record<string, string>>;

const rows = imageNames.map((name) => imageTable[name]).filter((row): row is ImageRow & { upstream: string } => row.upstream !== null);

/**
 * Asks the upstream registries what stands behind the table's tags now: for an image of several architectures the digest of its list.
 * @throws ImageCopyError for a tag that can't be looked up
 */
export async function resolveUpstream(): Promise<Pinned> {
  const found = rows.map(async ({ name, upstream }) => {
    const { stdout } = await execute("skopeo", inspectCommand(upstream)).catch((error: { stderr?: string; message: string }) => {
      throw new ImageCopyError(name, `Could not be looked up at ${upstream}: ${(error.stderr || error.message).trim()}`);
    });
    return [upstream, stdout.trim()] as const;
  });
  return Object.fromEntries((await Promise.all(found)).sort());
}

/** Arguments of skopeo that print the digest behind a tag. */
export const inspectCommand = (reference: string) => ["inspect", "--no-tags", "--format", "{{.Digest}}", `docker://${reference}`];

/** Of these images and what they are built on, those that are copied from upstream by tag: no digest is known of them. */
export function unpinned(names: readonly ImageName[]): ImageName[] {
  const all = buildOrder(names, { source: "upstream", isCompiled: () => true });
  return rows.filter(({ name, digest }) => all.includes(name) && digest === undefined).map(({ name }) => name);
}
