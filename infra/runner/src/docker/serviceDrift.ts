import { changedPaths } from "../engine/paths";
import type { Values } from "../engine/values";
import type { DockerApi } from "./api";
import type { Service } from "./convergence";
import { withoutEmpty } from "./labels";

/** Paths at which Docker's spec differs from the wanted one; what either leaves empty is the same. */
export async function driftOf(api: DockerApi, service: Service, wanted: Values): Promise<string[]> {
  return changedPaths(withoutEmpty(service.Spec), withoutEmpty(await resolved(api, wanted)));
}

/** The spec with networks by id: `host` is a name that Docker turns into the id that the swarm (not the node) gives it. */
async function resolved(api: DockerApi, spec: Values): Promise<Values> {
  const template = spec["TaskTemplate"] as Values;
  const networks = (template["Networks"] ?? []) as { Target: string }[];
  if (networks.length === 0) return spec;
  const ids = await Promise.all(
    networks.map(async (network) => {
      if (/^[a-z0-9]{25}$/.test(network.Target)) return network;
      const found = await api.find<{ Id: string }>(`/networks/${network.Target}`, { scope: "swarm" });
      return { ...network, Target: found?.Id ?? network.Target };
    }),
  );
  return { ...spec, TaskTemplate: { ...template, Networks: ids } };
}
