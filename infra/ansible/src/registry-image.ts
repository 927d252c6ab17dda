import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";

import { AnsibleError } from "./errors";

interface Descriptor {
  readonly digest: string;
}

/** The image of one OCI layout whose blobs are shared: what `docker load` needs of it. */
export interface LayoutImage {
  /** Digest of the configuration: the image's id in Docker. */
  readonly id: string;
  readonly layers: readonly string[];
  /** Folder with `sha256/<hex>` files. */
  readonly blobs: string;
}

/** Reads `<cache>/oci/<name>`. @throws AnsibleError `ansible.image` when the image was not built. */
export function readLayoutImage(cache: string, name: string): LayoutImage {
  const layout = path.join(cache, "oci", name);
  const index = path.join(layout, "index.json");
  if (!existsSync(index)) {
    throw new AnsibleError("ansible.image", `${index}: Expected the image "${name}", found nothing. Build the images: ./barecast up`);
  }
  const { manifests } = JSON.parse(readFileSync(index, "utf8")) as { manifests: Descriptor[] };
  // A layout of its own has its blobs inside; ours share theirs.
  const own = path.join(layout, "blobs");
  const blobs = existsSync(blobOf(own, manifests[0]!.digest)) ? own : path.join(cache, "oci", "blobs");
  const manifest = JSON.parse(readFileSync(blobOf(blobs, manifests[0]!.digest), "utf8")) as { config: Descriptor; layers: Descriptor[] };
  return { id: manifest.config.digest, layers: manifest.layers.map(({ digest }) => digest), blobs };
}

const fileOf = (digest: string) => digest.replace(":", "/");
const blobOf = (blobs: string, digest: string) => path.join(blobs, fileOf(digest));

/** `manifest.json` of a Docker archive that names the layout's own blobs, compressed as they are. Pure. */
export function archiveManifest(name: string, { id, layers }: Pick<LayoutImage, "id" | "layers">): string {
  const tag = `barecast/${name}:${id.slice("sha256:".length, "sha256:".length + 12)}`;
  return `${JSON.stringify([{ Config: fileOf(id), RepoTags: [tag], Layers: layers.map(fileOf) }])}\n`;
}

/** Writes the archive for `docker load` unless it is there; nothing is unpacked or compressed. @returns its path. */
export function ensureArchive(folder: string, name: string, image: LayoutImage): string {
  const archive = path.join(folder, `${name}-${image.id.slice("sha256:".length, "sha256:".length + 12)}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(path.join(folder, "archive-"));
  try {
    writeFileSync(path.join(work, "manifest.json"), archiveManifest(name, image));
    const blobs = [image.id, ...image.layers].map(fileOf);
    execFileSync("tar", ["--create", "--file", path.join(work, "archive.tar"), "-C", work, "manifest.json", "-C", image.blobs, ...blobs]);
    renameSync(path.join(work, "archive.tar"), archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return archive;
}
