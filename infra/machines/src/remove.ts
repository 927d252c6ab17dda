import Docker from "dockerode";

import { MachineError } from "./errors";
import { machineContainers, siteNetworks, siteVolumes } from "./lookup";

export interface RemoveOptions {
  readonly docker?: Docker;
  /** Leave the volumes (the machine's Docker and its data); the next machine of the same name gets them. */
  readonly keepVolumes?: boolean;
}

/** What was removed, by name. */
export interface RemovedMachines {
  readonly containers: string[];
  readonly networks: string[];
  readonly volumes: string[];
}

/** Removes all that `ensureMachines` made for a site, found by its label alone: works without the site file. @throws MachineError */
export async function removeMachines(
  siteName: string,
  { docker = new Docker(), keepVolumes = false }: RemoveOptions = {},
): Promise<RemovedMachines> {
  const containers = [...(await machineContainers(docker, siteName)).values()];
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true }).catch(ignoreGone)));
  const networks = await siteNetworks(docker, siteName);
  const volumes = keepVolumes ? [] : await siteVolumes(docker, siteName);
  await Promise.all([
    ...networks.map(({ Id }) => removeNetwork(docker, Id)),
    ...volumes.map(({ Name }) => docker.getVolume(Name).remove().catch(ignoreGone)),
  ]);
  return {
    containers: containers.map(({ Name }) => Name.slice(1)),
    networks: networks.map(({ Name }) => Name),
    volumes: volumes.map(({ Name }) => Name),
  };
}

async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id);
  await network.remove().catch(async (error: { statusCode?: number }) => {
    if (error.statusCode !== 403) return ignoreGone(error);
    const { Name, Containers = {} } = (await network.inspect()) as { Name: string; Containers?: Record<string, { Name: string }> };
    const guests = Object.values(Containers).map((guest) => guest.Name);
    throw new MachineError(
      "machines.in-use",
      `${Name}: Expected a network that nobody uses any more, found ${guests.join(", ")} in it. Remove them: docker rm -f ${guests.join(" ")}`,
    );
  });
}

function ignoreGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
