import { runPlaybook } from "@barecast/ansible";
import type { HostsArgs } from "../hosts";
import { settingsFrom } from "../settings";

type State = HostsArgs & { readonly applied?: Readonly<Record<string, string>> };

/** Hosts whose digest is another one than was applied: new, changed, or unknown to the state. */
export const changedHosts = (news: Pick<HostsArgs, "digests">, applied: Readonly<Record<string, string>> = {}) =>
  Object.entries(news.digests)
    .filter(([host, digest]) => applied[host] !== digest)
    .map(([host]) => host);

async function apply(inputs: HostsArgs, limit: readonly string[]): Promise<State> {
  const { site, place, secrets, stack } = await settingsFrom(inputs, inputs.publicPort);
  await runPlaybook({ project: inputs.project, site, stack, secrets, place, limit });
  return { ...inputs, applied: inputs.digests };
}

export const create = async (inputs: HostsArgs) => ({ id: "hosts", outs: await apply(inputs, Object.keys(inputs.digests)) });

export const diff = async (olds: State, news: HostsArgs) => ({ changes: changedHosts(news, olds.applied).length > 0, replaces: [] });

export const update = async (olds: State, news: HostsArgs) => ({ outs: await apply(news, changedHosts(news, olds.applied)) });

/** A machine goes whole; a server is left by `infra/ansible/playbooks/down.yml`. */
export const remove = async () => {};
