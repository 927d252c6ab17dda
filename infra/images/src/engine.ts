import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { imageNames, imageTable, type ImageName } from "@barecast/stack/images";
import { engineLock, makeScratch, withLock } from "@barecast/waiting";
import { archiveOf } from "./archive";
import { ImageCopyError } from "./errors";
import { buildLabel, imageLabel } from "./labels";
import { cachePaths } from "./paths";
import type { BuiltImage } from "./types";

const execute = promisify(execFile);

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args, { maxBuffer: 16 << 20, env: process.env });
  return stdout.split("\n").filter(Boolean);
}

/** Whether the local engine has an image, by reference: the key in it says what it is made from. */
export async function hasImage(ref: string): Promise<boolean> {
  return (await docker("image", "ls", "--quiet", ref)).length > 0;
}

/** Puts an image from its layout into the local engine, as `image.ref`, and also as each of `tags`. Does nothing that is done already. */
export async function loadIntoDocker(image: BuiltImage, tags: readonly string[] = []): Promise<void> {
  if (!(await hasImage(image.ref))) await load(image);
  for (const tag of tags) await docker("tag", image.ref, tag);
}

/** Layers go into Docker as they are, by a pipe: skopeo would add them up once more, a fifth of the time. */
async function load(image: BuiltImage): Promise<void> {
  const [work, { env }] = [makeScratch("image"), process];
  try {
    const content = archiveOf(image, image.ref, work);
    const archiving = spawn("tar", ["--create", "--file=-", ...content], { stdio: ["ignore", "pipe", "pipe"], env });
    const loading = execute("docker", ["load", "--quiet"], { env });
    // Docker says whether it has the image. It may close the pipe before tar has written its last, empty blocks.
    const outcomes = await Promise.allSettled([loading, endOf(archiving), pipeline(archiving.stdout, loading.child.stdin!)]);
    if (outcomes[0].status === "fulfilled") return;
    const said = outcomes.slice(0, 2).flatMap((outcome) => (outcome.status === "rejected" ? wordsOf(outcome.reason as ProgramError) : []));
    throw new ImageCopyError(image.name, `Could not be loaded into Docker: ${said.join("; ")}`);
  } finally {
    await rm(work, { recursive: true });
  }
}

type ProgramError = Error & { readonly stderr?: string };
const wordsOf = ({ stderr, message }: ProgramError) => (stderr || message).trim();

/** Waits for a program's end. @throws Error with what it said */
async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  const [said, [code]] = (await Promise.all([text(child.stderr), once(child, "close")])) as [string, [number | null]];
  if (code) throw new Error(said.trim() || `${child.spawnfile} ended with exit code ${code}`);
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
