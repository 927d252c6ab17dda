import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { imageTable, type ImageName } from "@barecast/stack/images";
import { inputsOf, recipeOf } from "./recipes";
import { productionPackages, type PackageLock } from "./lockfile";
import { developmentOnly, givenAlong } from "./staging";
import type { ImageSource } from "./types";

/** What no image holds: what a compiler or npm wrote, and tests. */
const skipped = /^(node_modules|dist|coverage)$|\.i?test\.tsx?$/;

/** `path mode sha256` of every file under the given project files and folders. Throws when one is missing. */
export function hashFiles(project: string, inputs: readonly string[]): string[] {
  const lines: string[] = [];
  const visit = (relative: string) => {
    const absolute = path.join(project, relative);
    const stat = lstatSync(absolute);
    if (!stat.isDirectory()) {
      const mode = stat.mode & 0o100 ? "x" : "-";
      lines.push(`${relative} ${mode} ${sha256(readFileSync(absolute))}`);
      return;
    }
    for (const name of readdirSync(absolute).sort()) if (!skipped.test(name)) visit(`${relative}/${name}`);
  };
  [...new Set(inputs)].sort().forEach(visit);
  return lines;
}

/** Keys of all images in `order` (needs first): equal key, equal content. Reads files, starts nothing. */
export function imageKeys(project: string, source: ImageSource, order: readonly ImageName[]): Partial<Record<ImageName, string>> {
  const lock = JSON.parse(readFileSync(path.join(project, "package-lock.json"), "utf8")) as PackageLock;
  const keys: Partial<Record<ImageName, string>> = {};
  for (const name of order) keys[name] = keyOf(name, { project, source, lock, keys });
  return keys;
}

interface KeyContext {
  readonly project: string;
  readonly source: ImageSource;
  readonly lock: PackageLock;
  readonly keys: Readonly<Partial<Record<ImageName, string>>>;
}

function keyOf(name: ImageName, { project, source, lock, keys }: KeyContext): string {
  const row = imageTable[name];
  if (source === "upstream" && row.upstream) return shortHash({ upstream: row.upstream, digest: row.digest });
  const packages = recipeOf(name).staging.flatMap((part) =>
    part.kind === "workspace"
      ? [
          ...productionPackages(lock, part.folder, part.without),
          `leaves out ${developmentOnly.source}, takes along ${givenAlong.source}`,
          `what is loaded as ${lock.packages["node_modules/@vercel/nft"]!.version} finds it, and ${part.byName.join(" ")}`,
        ]
      : [],
  );
  return shortHash({
    row,
    source,
    files: hashFiles(project, inputsOf(name)),
    packages,
    needs: row.needs.map((need) => keys[need]),
    builder: row.builder && keys[row.builder],
  });
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function shortHash(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, 16);
}
