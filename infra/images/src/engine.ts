import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ImageName } from "@barecast/stack";
import { ImageCopyError } from "./errors";
import { buildLabel, imageLabel } from "./labels";
import type { BuiltImage } from "./types";
import path from "node:path";

const execute = promisify(execFile);

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args, { maxBuffer: 16 << 20 });
  return stdout.split("\n").filter(Boolean);
}

/** Which of these images the local engine has, by reference. */
export async function imagesPresent(images: readonly BuiltImage[]): Promise<Set<ImageName>> {
  const refs = new Set(await docker("image", "ls", "--filter", `label=${imageLabel}`, "--format", "{{.Repository}}:{{.Tag}}"));
  return new Set(images.filter(({ ref }) => refs.has(ref)).map(({ name }) => name));
}

/** Puts an image from its layout into the local engine, as `image.ref`, and also as each of `tags`. Does nothing that is done already. */
export async function loadIntoDocker(image: BuiltImage, tags: readonly string[] = []): Promise<void> {
  if (!(await imagesPresent([image])).has(image.name)) {
    const blobs = path.join(path.dirname(image.layout), "blobs");
    const from = `oci:${image.layout}:${image.key}`;
    await execute("skopeo", [
      ...["copy", "--insecure-policy", "--quiet", "--src-shared-blob-dir", blobs],
      ...[from, `docker-daemon:${image.ref}`],
    ]).catch((error: { stderr?: string; message: string }) => {
      throw new ImageCopyError(image.name, `Could not be loaded into Docker: ${(error.stderr || error.message).trim()}`);
    });
  }
  for (const tag of tags) await docker("tag", image.ref, tag);
}

/** Removes every image we made from the local engine, and containers of an interrupted compilation. The layouts in the cache stay. */
export async function removeImages(): Promise<{ images: string[]; containers: string[] }> {
  const containers = await docker("ps", "--all", "--quiet", "--filter", `label=${buildLabel}`);
  if (containers.length) await docker("rm", "--force", ...containers);
  const rows = await docker("image", "ls", "--all", "--filter", `label=${imageLabel}`, "--format", "{{.ID}} {{.Repository}}:{{.Tag}}");
  const ids = [...new Set(rows.map((row) => row.split(" ")[0]!))];
  if (ids.length) await docker("image", "rm", "--force", ...ids);
  return { images: rows.map((row) => row.split(" ")[1]!), containers };
}
