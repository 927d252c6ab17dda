import { buildImages, loadIntoDocker } from "@barecast/images";
import { cacheFolder, projectFolder } from "./project";

export type TestImage = "browser" | "camera" | "reaper";
const names: readonly TestImage[] = ["browser", "camera", "reaper"];
let refs: Promise<Readonly<Record<TestImage, string>>> | undefined;

/** The test set's images by reference, in the local engine; built when they are not there. */
export function testImages(): Promise<Readonly<Record<TestImage, string>>> {
  refs ??= load();
  return refs;
}

async function load(): Promise<Record<TestImage, string>> {
  const built = await buildImages({ source: "packages", names, project: projectFolder, cache: cacheFolder });
  const loaded = names.map(async (name) => {
    const image = built[name];
    if (!image) throw new Error(`Image ${name}: Expected it among the built ones, found ${Object.keys(built).join(", ")}`);
    await loadIntoDocker(image);
    return [name, image.ref] as const;
  });
  const found = Object.fromEntries(await Promise.all(loaded)) as Record<TestImage, string>;
  // Testcontainers removes by it what a killed test run leaves; read when its first container starts.
  process.env["RYUK_CONTAINER_IMAGE"] ??= found.reaper;
  return found;
}
