import { buildImages, keepingImages, loadIntoDocker } from "@barecast/images";
import { ensureMachines, machineNetwork, networkOptions, siteLabel, type StartedHost } from "@barecast/machines";
import { loadSite, openSecrets, placeOf } from "@barecast/site";
import { cacheFolder, projectFolder } from "./project";
import { docker, sessionLabels } from "./session";

/**
 * Starts the machines of a site before `barecast up`, which finds them by their label: as the product makes them, and with this session's labels,
 * so that the reaper removes them when the run is killed. All are of one kind, baked or blank.
 * @returns them, with their keys
 */
export async function startMachine(siteFile: string, env: NodeJS.ProcessEnv): Promise<StartedHost[]> {
  const site = loadSite(siteFile);
  const secrets = await openSecrets(site, placeOf(projectFolder, site.name, { ...process.env, ...env }));
  const name = site.hosts.some(({ machine }) => machine?.baked) ? "machine-baked" : "machine";
  const built = await buildImages({ source: "packages", names: [name], project: projectFolder, cache: cacheFolder });
  const image = built[name]!;
  const labels = await sessionLabels();
  await docker.createNetwork(networkOptions(machineNetwork(site.name, site.network.machines), { ...labels, [siteLabel]: site.name }));
  return keepingImages({ project: projectFolder }, async () => {
    await loadIntoDocker(image);
    return ensureMachines(site, { image: () => image.ref, publicKey: secrets.sshPublicKey, labels });
  });
}
