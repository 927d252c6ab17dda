import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { archiveOf, readImage, type BuiltImage } from "@barecast/images";

import { AnsibleError } from "./errors";

/** Reads `<cache>/oci/registry`. @throws AnsibleError `ansible.image` when the image was not built. */
export function readRegistryImage(cache: string): BuiltImage {
  const image = readImage(cache, "registry");
  if (image) return image;
  throw new AnsibleError(
    "ansible.image",
    `${path.join(cache, "oci/registry")}: Expected the image "registry", found nothing. Build the images: ./barecast up`,
  );
}

/** Writes the archive for `docker load` unless it is there; nothing is unpacked or compressed. @returns its path. */
export function ensureRegistryArchive(folder: string, image: BuiltImage): string {
  const short = image.id.slice("sha256:".length, "sha256:".length + 12);
  const archive = path.join(folder, `registry-${short}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(path.join(folder, "archive-"));
  try {
    const content = archiveOf(image, `barecast/registry:${short}`, work);
    execFileSync("tar", ["--create", "--file", path.join(work, "archive.tar"), ...content]);
    renameSync(path.join(work, "archive.tar"), archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return archive;
}
