import { execFileSync } from "node:child_process";
import { buildImages, loadIntoDocker } from "@barecast/images";
import { cacheFolder, projectFolder } from "./project";

export type TestImage = "browser" | "camera" | "reaper";
const names: readonly TestImage[] = ["browser", "camera", "reaper"];
let refs: Promise<Readonly<Record<TestImage, string>>> | undefined;

/**
 * The test set's images by reference, in the local engine; built when they are not there. With `BARECAST_TEST_IMAGES=present` in the environment
 * the newest that are there are taken as they are: for work on a story while images change.
 */
export function testImages(): Promise<Readonly<Record<TestImage, string>>> {
  refs ??= load();
  return refs;
}

async function load(): Promise<Record<TestImage, string>> {
  const found = process.env["BARECAST_TEST_IMAGES"] === "present" ? present() : await build();
  // Testcontainers removes by it what a killed test run leaves; read when its first container starts.
  process.env["RYUK_CONTAINER_IMAGE"] ??= found.reaper;
  return found;
}

function present(): Record<TestImage, string> {
  const refs = names.map((name) => {
    const args = ["image", "ls", "--filter", `label=barecast.image=${name}`, "--format", "{{.Repository}}:{{.Tag}}"];
    const newest = execFileSync("docker", args, { encoding: "utf8" })
      .split("\n")
      .find((ref) => ref.startsWith(`barecast/${name}:`));
    if (!newest) throw new Error(`Image ${name}: Expected one in the local engine, found none. Unset BARECAST_TEST_IMAGES`);
    return [name, newest] as const;
  });
  return Object.fromEntries(refs) as Record<TestImage, string>;
}

async function build(): Promise<Record<TestImage, string>> {
  const built = await buildImages({ source: "packages", names, project: projectFolder, cache: cacheFolder });
  const loaded = names.map(async (name) => {
    const image = built[name];
    if (!image) throw new Error(`Image ${name}: Expected it among the built ones, found ${Object.keys(built).join(", ")}`);
    await loadIntoDocker(image);
    return [name, image.ref] as const;
  });
  return Object.fromEntries(await Promise.all(loaded)) as Record<TestImage, string>;
}
