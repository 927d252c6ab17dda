import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { ImageName } from "@barecast/stack/images";
import { ImageCopyError } from "./errors";
import { layersOf } from "./layout";
import { registryApi, type RegistryApi } from "./registry-api";
import type { BuiltImage, RegistryOptions } from "./types";
import { pushWaves, type Push } from "./waves";

const execute = promisify(execFile);

/** Images whose digest the registry does not have. Asks once per image, all at once. */
export async function missingInRegistry(
  images: readonly Pick<BuiltImage, "name" | "digest">[],
  registry: string,
  options: RegistryOptions,
): Promise<ImageName[]> {
  const api = registryApi(registry, options);
  try {
    return await missing(api, images);
  } finally {
    api.close();
  }
}

async function missing(api: RegistryApi, images: readonly Pick<BuiltImage, "name" | "digest">[]): Promise<ImageName[]> {
  const has = await Promise.all(images.map(({ name, digest }) => api.hasManifest(name, digest)));
  return images.filter((_, at) => !has[at]).map(({ name }) => name);
}

/**
 * Copies images from their layouts into a registry, as `<registry>/<name>@<digest>`, digests preserved. What is there already is left alone,
 * and a layer that several images share travels once. Returns the names that were copied. Throws ImageCopyError.
 */
export async function copyAllToRegistry(images: readonly BuiltImage[], registry: string, options: RegistryOptions): Promise<ImageName[]> {
  const api = registryApi(registry, options);
  try {
    const wanted = await missing(api, images);
    const layered = images.map((image) => ({ name: image.name, layers: layersOf(image) }));
    const [toPush, held] = [layered.filter(({ name }) => wanted.includes(name)), layered.filter(({ name }) => !wanted.includes(name))];
    for (const wave of pushWaves(toPush, held)) {
      const results = await Promise.allSettled(wave.map((push) => pushOne(push, images, { api, registry, options })));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    }
    return wanted;
  } finally {
    api.close();
  }
}

/** One image; see `copyAllToRegistry`. */
export async function copyToRegistry(image: BuiltImage, registry: string, options: RegistryOptions): Promise<"copied" | "present"> {
  return (await copyAllToRegistry([image], registry, options)).length ? "copied" : "present";
}

interface Target {
  readonly api: RegistryApi;
  readonly registry: string;
  readonly options: RegistryOptions;
}

async function pushOne({ name, mounts }: Push, images: readonly BuiltImage[], { api, registry, options }: Target): Promise<void> {
  const image = images.find((each) => each.name === name)!;
  // A mount that is refused costs nothing: skopeo then sends the layer.
  await Promise.all(mounts.map(({ digest, from }) => api.mount(name, digest, from)));
  await execute("skopeo", pushCommand(image, registry, options)).catch((error: { stderr?: string; message: string }) => {
    throw new ImageCopyError(name, `Could not be copied to ${registry}: ${(error.stderr || error.message).trim()}`);
  });
}

/** Arguments of skopeo for one image. `--preserve-digests` also keeps it from compressing layers on the way. */
export function pushCommand({ name, layout, digest }: BuiltImage, registry: string, { certDir }: RegistryOptions): string[] {
  return [
    ...["copy", "--insecure-policy", "--quiet", "--preserve-digests", "--dest-cert-dir", certDir],
    ...["--src-shared-blob-dir", path.join(path.dirname(layout), "blobs"), `oci:${layout}`, `docker://${registry}/${name}@${digest}`],
  ];
}
