import { siteLabel } from "@barecast/machines";
import { imageNames, imageTable } from "@barecast/stack";
import { docker } from "./session";

/** Everything that Docker holds, by name: what `up` adds, `down` must take away. */
export type Footprint = Readonly<Record<"containers" | "networks" | "volumes" | "images", readonly string[]>>;

type Labels = Readonly<Record<string, string>> | null | undefined;

/** What tests made bears it. */
export const testLabel = "barecast.test";

/** What no site has: images that tests alone need. */
const ofTests = imageNames.filter((name) => imageTable[name].purpose === "test").map((name) => `barecast/${name}:`);

/**
 * What is there now, but for what tests made and what other sites have: both may be at work. A container of an image without a name is a step of
 * somebody's image build, gone in a moment.
 */
export async function footprint(site: string): Promise<Footprint> {
  const isOfTests = (ref: string) => ofTests.some((prefix) => ref.startsWith(prefix));
  const isOurs = (labels: Labels) =>
    labels?.["org.testcontainers"] !== "true" && labels?.[testLabel] === undefined && [undefined, site].includes(labels?.[siteLabel]);
  const [containers, networks, volumes, images] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
    docker.listImages(),
  ]);
  return {
    containers: containers
      .filter(({ Labels, Image }) => isOurs(Labels) && Image.includes(":") && !Image.startsWith("sha256:") && !isOfTests(Image))
      .flatMap(({ Names }) => Names)
      .sort(),
    networks: networks
      .filter(({ Labels }) => isOurs(Labels))
      .map(({ Name }) => Name)
      .sort(),
    volumes: (volumes.Volumes ?? [])
      .filter(({ Labels }) => isOurs(Labels))
      .map(({ Name }) => Name)
      .sort(),
    images: images
      .filter(({ Labels }) => isOurs(Labels))
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .filter((ref) => !isOfTests(ref))
      .sort(),
  };
}

/** What `after` has and `before` had not. */
export function added(before: Footprint, after: Footprint): Footprint {
  const fresh = (kind: keyof Footprint) => after[kind].filter((name) => !before[kind].includes(name));
  return { containers: fresh("containers"), networks: fresh("networks"), volumes: fresh("volumes"), images: fresh("images") };
}

/** What a site that was taken down left: an image that another's container uses stays rightly. */
export async function leftBy(site: string, before: Footprint): Promise<Footprint> {
  const left = added(before, await footprint(site));
  const used = (await docker.listContainers({ all: true })).map(({ Image }) => Image);
  return { ...left, images: left.images.filter((ref) => !used.includes(ref)) };
}

/** The image that a removed machine was of, where Docker still has it and nothing is made of it; null: it went, too, or is another's. */
export async function imageLeftBy(ref: string): Promise<string | null> {
  const [images, containers] = await Promise.all([docker.listImages(), docker.listContainers({ all: true })]);
  const isThere = images.some(({ RepoTags }) => RepoTags?.includes(ref));
  return isThere && !containers.some(({ Image }) => Image === ref) ? ref : null;
}
