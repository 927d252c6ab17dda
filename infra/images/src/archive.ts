import { writeFileSync } from "node:fs";
import path from "node:path";
import { blobsBeside, layersOf } from "./layout";
import type { BuiltImage } from "./types";

/** What a Docker archive is made of. */
interface Content {
  /** Digest of the configuration: the image's id in Docker. */
  readonly id: string;
  readonly layers: readonly string[];
  /** Folder with `sha256/<hex>` files. */
  readonly blobs: string;
}

const fileOf = (digest: string) => digest.replace(":", "/");

/**
 * Writes the manifest of an archive, which `docker load` reads as `ref`, into a folder.
 * @returns what `tar --create` puts into the archive, as its arguments
 */
export function archiveOf(image: BuiltImage, ref: string, folder: string): string[] {
  const content = { id: image.id, layers: layersOf(image), blobs: blobsBeside(image.layout) };
  writeFileSync(path.join(folder, "manifest.json"), archiveManifest(ref, content));
  return archiveContent(folder, content);
}

/** `manifest.json` of a Docker archive that names the layout's own blobs, compressed as they are. Pure. */
export function archiveManifest(ref: string, { id, layers }: Pick<Content, "id" | "layers">): string {
  return `${JSON.stringify([{ Config: fileOf(id), RepoTags: [ref], Layers: layers.map(fileOf) }])}\n`;
}

/** What `tar --create` puts into such an archive, as its arguments; the manifest lies in `folder`. Pure. */
export function archiveContent(folder: string, { id, layers, blobs }: Content): string[] {
  return ["-C", folder, "manifest.json", "-C", blobs, ...[...new Set([id, ...layers])].map(fileOf)];
}
