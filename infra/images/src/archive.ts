import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

interface Descriptor {
  readonly digest: string;
}

/** The image of an OCI layout: what `docker load` needs of it. */
export interface LayoutImage {
  /** Digest of the configuration: the image's id in Docker. */
  readonly id: string;
  readonly layers: readonly string[];
  /** Folder with `sha256/<hex>` files. */
  readonly blobs: string;
}

const fileOf = (digest: string) => digest.replace(":", "/");
const blobOf = (blobs: string, digest: string) => path.join(blobs, fileOf(digest));

/** Reads the layout in a folder; undefined where there is none. */
export function readLayoutImage(layout: string): LayoutImage | undefined {
  const index = path.join(layout, "index.json");
  if (!existsSync(index)) return undefined;
  const { manifests } = JSON.parse(readFileSync(index, "utf8")) as { manifests: Descriptor[] };
  // A layout of its own has its blobs inside; ours share theirs.
  const own = path.join(layout, "blobs");
  const blobs = existsSync(blobOf(own, manifests[0]!.digest)) ? own : path.join(path.dirname(layout), "blobs");
  const manifest = JSON.parse(readFileSync(blobOf(blobs, manifests[0]!.digest), "utf8")) as { config: Descriptor; layers: Descriptor[] };
  return { id: manifest.config.digest, layers: manifest.layers.map(({ digest }) => digest), blobs };
}

/** `manifest.json` of a Docker archive that names the layout's own blobs, compressed as they are. Pure. */
export function archiveManifest(ref: string, { id, layers }: Pick<LayoutImage, "id" | "layers">): string {
  return `${JSON.stringify([{ Config: fileOf(id), RepoTags: [ref], Layers: layers.map(fileOf) }])}\n`;
}

/** What `tar --create` puts into such an archive, as its arguments; the manifest lies in `folder`. Pure. */
export function archiveContent(folder: string, { id, layers, blobs }: LayoutImage): string[] {
  return ["-C", folder, "manifest.json", "-C", blobs, ...[...new Set([id, ...layers])].map(fileOf)];
}
