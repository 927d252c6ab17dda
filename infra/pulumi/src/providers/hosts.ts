import { probeHosts, runPlaybook, staleHosts } from "@barecast/ansible";
import { loadSite, placeOf } from "@barecast/site";
import type { HostsArgs } from "../hosts";
import { settingsFrom } from "../settings";

type State = HostsArgs & { readonly applied?: Readonly<Record<string, string>> };

/** Asks every host what it is: those that are not, or no longer, what the digests say. A changed digest needs no question. */
async function stale(inputs: HostsArgs): Promise<string[]> {
  const site = loadSite(inputs.siteFile);
  const probes = await probeHosts({ site, place: placeOf(inputs.project, site.name, process.env) });
  const registryHost = site.hosts.find(({ roles }) => roles.includes("manager"))!.name;
  return staleHosts(inputs.digests, probes, [registryHost]).map(({ host }) => host);
}

async function apply(inputs: HostsArgs, limit: readonly string[]): Promise<State> {
  const { site, place, secrets, stack } = await settingsFrom(inputs, inputs.publicPort);
  if (limit.length > 0) await runPlaybook({ project: inputs.project, site, stack, secrets, place, limit });
  return { ...inputs, applied: inputs.digests };
}

export const create = async (inputs: HostsArgs) => ({ id: "hosts", outs: await apply(inputs, Object.keys(inputs.digests)) });

export const diff = async (olds: State, news: HostsArgs) => ({
  changes: JSON.stringify(olds.applied) !== JSON.stringify(news.digests) || (await stale(news)).length > 0,
  replaces: [],
});

export const update = async (_olds: State, news: HostsArgs) => ({ outs: await apply(news, await stale(news)) });

/** A machine goes whole; a server is left by `infra/ansible/playbooks/down.yml`. */
export const remove = async () => {};
