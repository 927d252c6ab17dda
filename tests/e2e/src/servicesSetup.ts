import { buildImages, loadIntoDocker } from "@barecast/images";
import { cacheFolder, projectFolder } from "./project";

/** Images in which tests of single services find what is around the service. */
const names = ["postgres", "redis", "reaper"] as const;

/** Before the tests of services: builds the images that are not built, and names them in the environment. */
export default async function prepare(): Promise<void> {
  const built = await buildImages({ source: "packages", names, project: projectFolder, cache: cacheFolder });
  for (const name of names) {
    await loadIntoDocker(built[name]);
    process.env[`BARECAST_IMAGE_${name.toUpperCase()}`] = built[name].ref;
  }
  process.env["RYUK_CONTAINER_IMAGE"] ??= built.reaper.ref;
}
