import type { Host, Site } from "@barecast/site";
import type { HostPlan } from "@barecast/stack";

import { hostVariables, type RegistryImage } from "./variables";

export interface InventoryInput {
  readonly registryImage: RegistryImage;
  /** Private key for the machines; servers are reached by the operator's own keys. */
  readonly sshKey: string;
  /** Digest per host, written to it when all is done. */
  readonly digests: Readonly<Record<string, string>>;
}

/** The inventory as JSON, which Ansible reads as YAML: every host with how it is reached and the variables of its roles. Pure. */
export function inventoryOf(site: Site, plans: readonly HostPlan[], { registryImage, sshKey, digests }: InventoryInput): string {
  const hosts = Object.fromEntries(
    plans.map((plan) => {
      const host = site.hosts.find(({ name }) => name === plan.name)!;
      const variables = hostVariables(site, plans, plan, registryImage);
      return [plan.name, { ...connectionOf(host, sshKey), barecast_digest: digests[plan.name] ?? "", ...variables }];
    }),
  );
  const members = (isMember: (plan: HostPlan) => boolean) => ({
    hosts: Object.fromEntries(plans.filter(isMember).map(({ name }) => [name, {}])),
  });
  const children = { managers: members(({ isManager }) => isManager), registry: members(({ registry }) => registry !== undefined) };
  return `${JSON.stringify({ all: { hosts, children } }, null, 2)}\n`;
}

function connectionOf({ address, ssh, machine }: Host, sshKey: string) {
  return {
    ansible_host: address,
    ansible_port: ssh.port,
    ansible_user: ssh.user,
    ...(ssh.user !== "root" && { ansible_become: true }),
    ...(machine && { ansible_ssh_private_key_file: sshKey }),
  };
}
