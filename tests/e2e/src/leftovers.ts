import { removeMachines, siteLabel } from "@barecast/machines";
import { LABEL_TESTCONTAINERS_SESSION_ID } from "testcontainers";
import { giveMemoryBack, sitesInMemory } from "./inMemory";
import { docker } from "./session";

type Labels = Readonly<Record<string, string>> | null | undefined;

/** Of what stands outside of the sites. The tests of services, which may be at work, have others. */
const imagesOutside = ["browser", "camera", "reaper"];

const sessionOf = (labels: Labels) => labels?.[LABEL_TESTCONTAINERS_SESSION_ID];
/** By its name: the reaper's image stands in for servers, too. */
const isReaper = (names: readonly string[]) => names.some((name) => name.startsWith("/testcontainers-ryuk-"));

// Stories that were killed together with their reaper, as by a computer that was switched off, leave what nobody knows of any more: another run
// would find their names and addresses taken.

/**
 * Takes away the sites that stories left, at a time when none of them is at work.
 * @param isLeft by a site's name
 * @returns the names of what it took away
 */
export async function removeSites(isLeft: (site: string) => boolean): Promise<string[]> {
  const found = await Promise.all([docker.listContainers({ all: true }), docker.listNetworks(), volumes()]);
  const sites = new Set(found.flat().flatMap(({ Labels }: { Labels?: Labels }) => Labels?.[siteLabel] ?? []));
  const removed = await Promise.all([...sites].filter(isLeft).map((site) => removeMachines(site, { docker })));
  sitesInMemory().filter(isLeft).forEach(giveMemoryBack);
  return removed.flatMap(({ containers, networks, volumes }) => [...containers, ...networks, ...volumes]);
}

const volumes = async () => (await docker.listVolumes()).Volumes ?? [];

/**
 * Takes away what they left outside of the sites: browsers, cameras and their networks. What has a living reaper stays: its stories are at
 * work, or the reaper sees to it.
 * @returns the names of what it took away
 */
export async function removeOutside(): Promise<string[]> {
  const found = await docker.listContainers({ all: true });
  const living = found.filter(({ Names, State }) => isReaper(Names) && State === "running").map(({ Labels }) => sessionOf(Labels));
  const isLeft = (labels: Labels) => sessionOf(labels) !== undefined && !living.includes(sessionOf(labels));
  const containers = found.filter(
    ({ Names, Labels }) => isLeft(Labels) && !isReaper(Names) && imagesOutside.includes(Labels["barecast.image"] ?? ""),
  );
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)));
  const networks = (await docker.listNetworks()).filter(
    ({ Name, Labels }) => /^barecast-(client|standin)-/.test(Name) && isLeft(Labels as Labels),
  );
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove().catch(unlessGone)));
  return [...containers.map(({ Names }) => Names[0]!.slice(1)), ...networks.map(({ Name }) => Name)];
}

/** A reaper that is still at work may be quicker. */
export function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
