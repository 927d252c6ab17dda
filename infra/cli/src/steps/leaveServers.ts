import { runPlaybook } from "@barecast/ansible";
import type { Host } from "@barecast/site";
import { hostsOf } from "@barecast/stack";
import type { Context } from "../context";
import { pinServers } from "./machines";

/** What was taken off servers and what is still there, as `down` tells it. */
export interface Left {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

/** What is taken away needs none, and they may be gone. */
const secrets = { caCert: "", registryCert: "", registryKey: "" };

/**
 * Takes the site off servers, which stay: services, swarm, registry, firewall, settings; recordings and database when `wipe` is true.
 * @throws AnsibleError naming the host that can't be asked, or the task that failed there. The others may be left by then; a second time goes on
 */
export async function leaveServers(context: Context, servers: readonly Host[], wipe: boolean): Promise<Left> {
  const { project, site, place, progress, signal } = context;
  pinServers(place, servers);
  const limit = servers.map(({ name }) => name);
  const { hosts } = await progress.step("Servers", async (note) => {
    note(limit.join(", "));
    return runPlaybook({ project, site, stack: { hosts: hostsOf(site) }, secrets, place, playbook: "down", limit, wipe, signal });
  });
  const changed = servers.filter(({ name }) => (hosts[name]?.changed ?? 0) > 0);
  return {
    removed: changed.map(({ name, address }) => `the site from ${name} (${address})`),
    kept: wipe
      ? []
      : servers.map(({ name }) => `${name}: /var/lib/barecast: recordings and database, where it had them; \`--wipe\` removes them`),
  };
}
