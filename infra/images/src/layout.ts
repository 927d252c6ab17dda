import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { imageNames, type ImageName } from "@barecast/stack/images";
import { cachePaths, localRef, type CachePaths } from "./paths";
import type { BuiltImage } from "./types";

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** The image a layout holds, or undefined when there is none or a blob of it is missing. Reads a few small files. */
export function readLayout(paths: CachePaths, name: ImageName): BuiltImage | undefined {
  if (!existsSync(paths.state(name))) return undefined;
  const { key, digest } = JSON.parse(readFileSync(paths.state(name), "utf8")) as { key: string; digest: string };
  const manifest = readManifest(paths.blobs, digest);
  if (!manifest || [manifest.config, ...manifest.layers].some((blob) => !isWhole(paths.blobs, blob))) return undefined;
  return { name, key, digest, id: manifest.config.digest, layout: paths.layout(name), ref: localRef(name, key) };
}

/** Where the blobs of a layout lie, which all layouts of a cache share. */
export const blobsBeside = (layout: string): string => path.join(path.dirname(layout), "blobs");

/** Digests of an image's layers, lowest first. */
export function layersOf({ name, layout, digest }: BuiltImage): string[] {
  const manifest = readManifest(blobsBeside(layout), digest);
  if (!manifest) throw new Error(`${name}: Expected its manifest in ${layout}, found nothing. Build it again`);
  return manifest.layers.map((layer) => layer.digest);
}

/** Notes what a finished layout holds. */
export function recordLayout(paths: CachePaths, name: ImageName, key: string): BuiltImage {
  const index = JSON.parse(readFileSync(path.join(paths.layout(name), "index.json"), "utf8")) as { manifests: readonly Descriptor[] };
  const digest = index.manifests[0]!.digest;
  writeFileSync(`${paths.state(name)}.part`, `${JSON.stringify({ key, digest })}\n`);
  renameSync(`${paths.state(name)}.part`, paths.state(name));
  return readLayout(paths, name)!;
}

/** Removes blobs that no layout names any more. Returns how many bytes that freed. */
export function removeUnusedBlobs(paths: CachePaths): number {
  const folder = path.join(paths.blobs, "sha256");
  if (!existsSync(folder)) return 0;
  const used = new Set(imageNames.flatMap((name) => blobsOf(paths, name)).map((digest) => digest.slice("sha256:".length)));
  const unused = readdirSync(folder).filter((blob) => !used.has(blob));
  return unused.reduce((freed, blob) => {
    const file = path.join(folder, blob);
    const { size } = statSync(file);
    rmSync(file);
    return freed + size;
  }, 0);
}

function blobsOf(paths: CachePaths, name: ImageName): string[] {
  const built = readLayout(paths, name);
  const manifest = built && readManifest(paths.blobs, built.digest);
  return built && manifest ? [built.digest, manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)] : [];
}

function readManifest(blobs: string, digest: string): Manifest | undefined {
  const file = blobFile(blobs, digest);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined;
}

function isWhole(blobs: string, { digest, size }: Descriptor): boolean {
  return statSync(blobFile(blobs, digest), { throwIfNoEntry: false })?.size === size;
}

export function blobFile(blobs: string, digest: string): string {
  return path.join(blobs, ...digest.split(":"));
}

/** The image that the cache holds under a name, whatever it was made from; undefined when there is none, or a blob of it is missing. */
export const readImage = (cache: string, name: ImageName): BuiltImage | undefined => readLayout(cachePaths(cache), name);
