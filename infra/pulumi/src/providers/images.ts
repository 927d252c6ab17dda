import { createHash } from "node:crypto";
import path from "node:path";
import { buildImages, copyAllToRegistry } from "@barecast/images";
import { loadSite, placeOf } from "@barecast/site";
import type { ImageName } from "@barecast/stack";
import type { ImagesArgs } from "../images";

type Inputs = Omit<ImagesArgs, "hosts"> & { readonly hosts: Readonly<Record<string, string>> };

/** Copies what the registry lacks, by digest, from the layouts in the cache. */
async function fill({ project, siteFile, registry, digests }: Inputs): Promise<void> {
  const site = loadSite(siteFile);
  const cache = process.env.BARECAST_CACHE ?? path.join(project, ".cache");
  const names = Object.keys(digests) as ImageName[];
  const built = await buildImages({ source: site.images, names, project, cache });
  for (const name of names) {
    if (built[name].digest !== digests[name])
      throw new Error(`${name}: Expected the image ${digests[name]} in ${cache}, found ${built[name].digest}. Run: ./barecast up`);
  }
  const place = placeOf(project, site.name, process.env);
  await copyAllToRegistry(Object.values(built), registry, { certDir: path.dirname(place.caCert) });
}

/** What decides whether there is something to copy: other digests, another registry, hosts made anew. */
const keyOf = ({ registry, digests, hosts }: Inputs) =>
  createHash("sha256")
    .update(JSON.stringify([registry, digests, hosts]))
    .digest("hex");

export const create = async (inputs: Inputs) => {
  await fill(inputs);
  return { id: "images", outs: inputs };
};

export const diff = async (olds: Inputs, news: Inputs) => ({ changes: keyOf(olds) !== keyOf(news), replaces: [] });

export const update = async (_olds: Inputs, news: Inputs) => {
  await fill(news);
  return { outs: news };
};

/** The registry goes with its host. */
export const remove = async () => {};
