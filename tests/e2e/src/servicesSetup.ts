import { buildImages, loadIntoDocker } from "@barecast/images";
import { engineLock } from "@barecast/waiting";
import { heldLock } from "./heldLock";
import { cacheFolder, projectFolder } from "./project";

/** Images in which tests of single services find what is around the service. */
const names = ["postgres", "redis", "reaper"] as const;

/** Set before the tests, for after them: Jest's global setup and teardown are in one process. */
let giveBack: (() => Promise<void>) | undefined;

/**
 * Before the tests of services: builds the images that are not built, and names them in the environment. A site that is taken down beside them
 * waits before it removes images.
 */
export default async function prepare(): Promise<void> {
  const built = await buildImages({ source: "packages", names, project: projectFolder, cache: cacheFolder });
  giveBack = await heldLock(engineLock("images"), { isShared: true, purpose: `the tests of services of ${projectFolder}` });
  for (const name of names) {
    await loadIntoDocker(built[name]);
    process.env[`BARECAST_IMAGE_${name.toUpperCase()}`] = built[name].ref;
  }
  process.env["RYUK_CONTAINER_IMAGE"] ??= built.reaper.ref;
}

/** After the last. */
export async function end(): Promise<void> {
  await giveBack?.();
}
