import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { ImageName } from "@barecast/stack/images";
import { engineLock, withLock } from "@barecast/waiting";
import { describeHost } from "./host";
import { imageKeys } from "./keys";
import { readLayout, recordLayout, removeUnusedBlobs } from "./layout";
import { hasImage, loadIntoDocker, removeOlder } from "./engine";
import { buildOrder, needsOf, slowFirst } from "./order";
import { cachePaths, localRef, type CachePaths } from "./paths";
import { planBuild, type BuildHost } from "./plan";
import { perform } from "./shell";
import type { BuildOptions, BuiltImage } from "./types";

/** Two at a time: while one waits for the network, the other uses the processor. */
const atOnce = 2;

/**
 * Makes sure that the images are in their layouts, and returns them with their digests. What is there already is only read.
 * Throws ImageBuildError with the end of the failing program's output.
 */
export async function buildImages(options: BuildOptions): Promise<Record<ImageName, BuiltImage>> {
  const { project, cache, source, names } = options;
  const paths = cachePaths(cache);
  const keys = imageKeys(project, source, buildOrder(names, { source, isCompiled: () => false }));
  const present = names.map((name) => readCurrent(paths, name, keys[name]!));
  const built = present.every(Boolean)
    ? (present as BuiltImage[])
    : await withLock(engineLock("build"), { ...options, purpose: `the build of ${project}` }, () =>
        buildMissing({ ...options, paths, keys, host: describeHost(project) }),
      );
  return Object.fromEntries(built.map((image) => [image.name, image])) as Record<ImageName, BuiltImage>;
}

function readCurrent(paths: CachePaths, name: ImageName, key: string): BuiltImage | undefined {
  const found = readLayout(paths, name);
  return found?.key === key ? found : undefined;
}

interface Build extends BuildOptions {
  readonly paths: CachePaths;
  readonly keys: Partial<Record<ImageName, string>>;
  readonly host: BuildHost;
}

async function buildMissing(build: Build): Promise<BuiltImage[]> {
  const { names, source, paths, keys } = build;
  mkdirSync(paths.go, { recursive: true });
  const isCompiled = (name: ImageName) => existsSync(paths.compiled(name, keys[name]!));
  const turn = limit(atOnce);
  const begun = new Map<ImageName, Promise<BuiltImage>>();
  const ensure = async (name: ImageName): Promise<BuiltImage> => {
    const current = readCurrent(paths, name, keys[name]!);
    if (current) return current;
    const needs = await Promise.all(needsOf(name, { source, isCompiled }).map(begin));
    return turn(async () => {
      for (const need of needs) await loadIntoDocker(need);
      return buildOne(name, isCompiled(name), build);
    });
  };
  const begin = (name: ImageName): Promise<BuiltImage> => {
    const running = begun.get(name) ?? ensure(name);
    begun.set(name, running);
    return running;
  };
  const results = await Promise.allSettled(slowFirst(names).map(begin));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  removeUnusedBlobs(paths);
  return Promise.all(names.map(begin));
}

async function buildOne(name: ImageName, isCompiled: boolean, build: Build): Promise<BuiltImage> {
  const { paths, keys, onProgress, onWait, signal } = build;
  const began = performance.now();
  onProgress?.({ image: name, phase: "start" });
  const isInEngine = await hasImage(localRef(name, keys[name]!));
  await perform(name, planBuild({ ...build, name, isCompiled, isInEngine }), paths.log(name), signal);
  await rm(paths.context(name), { recursive: true, force: true });
  await withLock(engineLock("images"), { purpose: `the build of ${build.project}`, onWait, signal }, () => removeOlder(name, keys[name]!));
  const built = recordLayout(paths, name, keys[name]!);
  onProgress?.({ image: name, phase: "end", tookMs: performance.now() - began });
  return built;
}

/** At most `places` pieces of work at once; after one failed, those that wait fail with the same reason. */
function limit(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  let failure: { reason: unknown } | undefined;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      if (failure) throw failure.reason;
      return await work();
    } catch (reason) {
      failure ??= { reason };
      throw reason;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
