import type { Context } from "../context";
import { build, loadMachineImages } from "../steps/build";
import { bringPrerequisites } from "../steps/prerequisites";
import { checkAll } from "./prepare";

/** Builds the site's images and its machines', and loads the latter into Docker. @returns the digest of each by its name */
export async function buildAll(context: Context): Promise<Record<string, string>> {
  await bringPrerequisites(context, await checkAll(context));
  const built = await build(context);
  await loadMachineImages(context, built);
  return Object.fromEntries(Object.values(built.images).map(({ name, digest }) => [name, digest]));
}
