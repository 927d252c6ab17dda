import { createHash } from "node:crypto";
import path from "node:path";
import { openForward } from "@barecast/ansible";
import { copyAllToRegistry, readImage } from "@barecast/images";
import { loadSite, placeOf } from "@barecast/site";
import type { ImageName } from "@barecast/stack";
import type { ImagesArgs } from "../images";

type Inputs = Omit<ImagesArgs, "hosts"> & { readonly hosts: Readonly<Record<string, string>> };

/** Copies what the registry lacks, by digest, from the layouts in the cache. */
async function fill({ project, siteFile, registry, digests }: Inputs): Promise<void> {
  const site = loadSite(siteFile);
  const cache = process.env.BARECAST_CACHE ?? path.join(project, ".cache");
  const built = Object.entries(digests).map(([name, digest]) => {
    const image = readImage(cache, name as ImageName);
    if (image?.digest !== digest)
      throw new Error(`${name}: Expected the image ${digest} in ${cache}, found ${image?.digest ?? "none"}. Run: ./barecast up`);
    return image;
  });
  const place = placeOf(project, site.name, process.env);
  const manager = site.hosts.find(({ roles }) => roles.includes("manager"))!;
  // Only the site's hosts may reach the registry: it asks for no password.
  const way = await openForward(manager, place, Number(registry.split(":")[1]));
  try {
    await copyAllToRegistry(built, `127.0.0.1:${way.port}`, { certDir: path.dirname(place.caCert) });
  } finally {
    await way.close();
  }
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
