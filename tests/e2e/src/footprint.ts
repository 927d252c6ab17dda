import { docker } from "./session";

/** Everything that Docker holds, by name: what `up` adds, `down` must take away. */
export type Footprint = Readonly<Record<"containers" | "networks" | "volumes" | "images", readonly string[]>>;

/** What is there now, but for what test sessions made (Testcontainers' label) and what other sites have. */
export async function footprint(): Promise<Footprint> {
  const isOurs = (labels: Readonly<Record<string, string>> | null | undefined) => labels?.["org.testcontainers"] !== "true";
  const [containers, networks, volumes, images] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
    docker.listImages(),
  ]);
  return {
    containers: containers
      .filter(({ Labels }) => isOurs(Labels))
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
    images: images.flatMap(({ RepoTags }) => RepoTags ?? []).sort(),
  };
}

/** What `after` has and `before` had not. */
export function added(before: Footprint, after: Footprint): Footprint {
  const fresh = (kind: keyof Footprint) => after[kind].filter((name) => !before[kind].includes(name));
  return { containers: fresh("containers"), networks: fresh("networks"), volumes: fresh("volumes"), images: fresh("images") };
}
