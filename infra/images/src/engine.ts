import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { imageNames, imageTable, type ImageName } from "@barecast/stack/images";
import { engineLock, withLock } from "@barecast/waiting";
import { ImageCopyError } from "./errors";
import { buildLabel, imageLabel } from "./labels";
import { cachePaths } from "./paths";
import type { BuiltImage } from "./types";

const execute = promisify(execFile);

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args, { maxBuffer: 16 << 20 });
  return stdout.split("\n").filter(Boolean);
}

/** Whether the local engine has an image, by reference: the key in it says what it is made from. */
export async function hasImage(ref: string): Promise<boolean> {
  return (await docker("image", "ls", "--quiet", ref)).length > 0;
}

/** Puts an image from its layout into the local engine, as `image.ref`, and also as each of `tags`. Does nothing that is done already. */
export async function loadIntoDocker(image: BuiltImage, tags: readonly string[] = []): Promise<void> {
  // skopeo does not read DOCKER_HOST as the docker program does.
  const host = process.env.DOCKER_HOST ? ["--dest-daemon-host", process.env.DOCKER_HOST] : [];
  if (!(await hasImage(image.ref))) await copyFromLayout(image, `docker-daemon:${image.ref}`, host);
  for (const tag of tags) await docker("tag", image.ref, tag);
}

async function copyFromLayout({ name, layout }: BuiltImage, to: string, options: readonly string[] = []): Promise<void> {
  const blobs = path.join(path.dirname(layout), "blobs");
  const command = ["copy", "--insecure-policy", "--quiet", ...options, "--src-shared-blob-dir", blobs, `oci:${layout}`, to];
  await execute("skopeo", command).catch((error: { stderr?: string; message: string }) => {
    throw new ImageCopyError(name, `Could not be copied to ${to}: ${(error.stderr || error.message).trim()}`);
  });
}

/** Removes the tags under which earlier states of an image are in the local engine. One that a container still uses stays. */
export async function removeOlder(name: ImageName, key: string): Promise<void> {
  const tags = await docker("image", "ls", "--format", "{{.Tag}}", `barecast/${name}`);
  const old = tags.filter((tag) => /^[0-9a-f]{16}$/.test(tag) && tag !== key);
  await Promise.all(old.map((tag) => docker("image", "rm", `barecast/${name}:${tag}`).catch(() => undefined)));
}

/** What `removeImages` did; `kept` are images that a container still uses, with Docker's reason. */
export interface RemovedImages {
  readonly images: readonly string[];
  readonly containers: readonly string[];
  readonly kept: readonly { readonly ref: string; readonly reason: string }[];
}

export interface RemoveOptions {
  /** The project's root folder, for those who wait for us. */
  readonly project: string;
  /** The `.cache` folder. */
  readonly cache: string;
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Removes the images that a site needs from the local engine (those of tests are not a site's), and what an interrupted compilation with
 * this cache left running. Not while any checkout builds or makes machines; what a container uses stays. The layouts in the cache stay.
 */
export function removeImages({ project, cache, ...waiting }: RemoveOptions): Promise<RemovedImages> {
  const lock = { ...waiting, purpose: `the removal of images by ${project}` };
  return withLock(engineLock("build"), lock, () => withLock(engineLock("images"), lock, () => removeAll(cache)));
}

async function removeAll(cache: string): Promise<RemovedImages> {
  const ofThisCache = ["--filter", `label=${buildLabel}`, "--filter", `volume=${cachePaths(cache).go}`];
  const containers = await docker("ps", "--all", "--quiet", ...ofThisCache);
  if (containers.length) await docker("rm", "--force", ...containers);
  // By name: official images carry no label of ours.
  const tagged = await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "barecast/*");
  const ofSites = imageNames.filter((name) => imageTable[name].purpose !== "test").map((name) => `barecast/${name}`);
  const refs = tagged.filter((ref) => ofSites.includes(ref.split(":")[0]!) && !ref.endsWith(":<none>"));
  const images: string[] = [];
  const kept: { ref: string; reason: string }[] = [];
  for (const ref of refs) {
    await docker("image", "rm", ref).then(
      () => images.push(ref),
      (error: { stderr?: string; message: string }) => kept.push({ ref, reason: (error.stderr || error.message).trim() }),
    );
  }
  // Images that lost their tag to a newer one.
  await docker("image", "prune", "--force", "--filter", `label=${imageLabel}`);
  return { images, containers, kept };
}

/** Runs `work`, which makes containers of images that it loads, while nobody removes images. */
export function keepingImages<T>(options: Omit<RemoveOptions, "cache">, work: () => Promise<T>): Promise<T> {
  const { project, ...waiting } = options;
  return withLock(engineLock("images"), { ...waiting, isShared: true, purpose: `the start of machines by ${project}` }, work);
}
