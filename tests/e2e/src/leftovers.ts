import { removeMachines, siteLabel } from "@barecast/machines";
import { LABEL_TESTCONTAINERS_SESSION_ID } from "testcontainers";
import { docker } from "./session";
import { storySite } from "./siteFile";

type Labels = Readonly<Record<string, string>> | null | undefined;

/** Of what stands outside of the sites. The tests of services, which may be at work, have others. */
const imagesOutside = ["browser", "camera", "reaper", "registry"];

/** Sites that the stories alone make: their own, and those whose names begin with its. Nobody else's site has such a name. */
const isStories = (site: string) => site === storySite.site || site.startsWith(`${storySite.site}-`);
const isOfSession = (labels: Labels) => labels?.[LABEL_TESTCONTAINERS_SESSION_ID] !== undefined;
/** By its name: the reaper's image stands in for servers, too. */
const isReaper = (names: readonly string[]) => names.some((name) => name.startsWith("/testcontainers-ryuk-"));

/**
 * Takes away what stories left that were killed together with their reaper, as by a computer that was switched off: another run would find their
 * names and addresses taken. For a time when no stories are at work.
 * @param isKept a site that is not taken away
 * @returns the names of what it took away
 */
export async function removeLeftovers(isKept: (site: string) => boolean): Promise<string[]> {
  const outside = await removeOutside();
  const found = await Promise.all([docker.listContainers({ all: true }), docker.listNetworks(), volumes()]);
  const sites = new Set(found.flat().flatMap(({ Labels }: { Labels?: Labels }) => Labels?.[siteLabel] ?? []));
  const removed = [...sites].filter((site) => isStories(site) && !isKept(site)).map((site) => removeMachines(site, { docker }));
  return [
    ...outside,
    ...(await Promise.all(removed)).flatMap(({ containers, networks, volumes }) => [...containers, ...networks, ...volumes]),
  ];
}

const volumes = async () => (await docker.listVolumes()).Volumes ?? [];

async function removeOutside(): Promise<string[]> {
  const containers = (await docker.listContainers({ all: true })).filter(
    ({ Names, Labels }) => isOfSession(Labels) && !isReaper(Names) && imagesOutside.includes(Labels["barecast.image"] ?? ""),
  );
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)));
  const networks = (await docker.listNetworks()).filter(
    ({ Name, Labels }) => /^barecast-(client|standin)-/.test(Name) && isOfSession(Labels as Labels),
  );
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove().catch(unlessGone)));
  return [...containers.map(({ Names }) => Names[0]!.slice(1)), ...networks.map(({ Name }) => Name)];
}

/** A reaper that is still at work may be quicker. */
export function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
