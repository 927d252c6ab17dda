import type { Host, Site, SiteSecrets } from "@barecast/site";
import { dockerGid, imageTable, registryOf, type FirewallRule, type HostPlan } from "@barecast/stack";

/** The registry's image as a host gets it: `id` is the digest of its configuration, which Docker calls the image's id. */
export interface RegistryImage {
  readonly id: string;
  /** Archive for `docker load`, on this computer. */
  readonly archive: string;
}

/** What of the site's secrets a host holds. Two are public; the key goes into no digest and no log. */
export type HostSecrets = Pick<SiteSecrets, "caCert" | "registryCert" | "registryKey">;

/** The kernel gives outgoing connections ports from here on; what we listen on above must be kept from it. */
const ephemeral = { from: 32_768, to: 60_999 };

/** Every variable of one host's roles but the secret ones, named `<role>_<name>`. Pure. */
export function hostVariables(site: Site, plans: readonly HostPlan[], plan: HostPlan, registryImage: RegistryImage) {
  const host = site.hosts.find(({ name }) => name === plan.name)!;
  return {
    base_site: site.name,
    base_reserved_ports: reservedPorts([...plan.input, ...plan.published]),
    docker_registry: registryOf(site),
    docker_gid: dockerGid,
    storage_folders: plan.folders.map(({ path, mode, uid, gid }) => ({ path, mode, uid, gid })),
    ...firewallVariables(site, host, plans, plan),
    swarm_site: site.name,
    swarm_address: plan.address,
    swarm_first: plans.find(({ isManager }) => isManager)!.name,
    swarm_role: plan.isManager ? "manager" : "worker",
    swarm_address_pool: site.network.overlays,
    swarm_gateway_bridge: site.network.gatewayBridge,
    swarm_labels: plan.labels,
    ...(plan.isManager ? { swarm_hosts: plans.map(({ name }) => name) } : {}),
    ...(plan.registry && registryVariables(site, plan.address, plan.registry, registryImage)),
  };
}

/** Secret (and certificate) variables, the same for every host: for a file of mode 0600, never for a command line. Pure. */
export const secretVariables = ({ caCert, registryCert, registryKey }: HostSecrets) => ({
  docker_registry_ca: caCert,
  registry_certificate: registryCert,
  registry_certificate_key: registryKey,
});

function firewallVariables(site: Site, host: Host, plans: readonly HostPlan[], plan: HostPlan) {
  const { relayOutput: relay } = plan;
  return {
    firewall_ssh_port: host.ssh.port,
    firewall_gateway_bridge: site.network.gatewayBridge,
    firewall_hosts: plans.filter(({ name }) => name !== plan.name).map(({ address }) => address),
    firewall_input: plan.input.map((rule) => ({ ...rule })),
    firewall_published: plan.published.map((rule) => ({ ...rule })),
    firewall_untracked: plan.untracked.map((rule) => ({ ...rule })),
    firewall_among_hosts: plan.amongHosts.map((rule) => ({ ...rule })),
    firewall_relay_output: relay
      ? {
          ...{ uid: relay.uid, addresses: relay.addresses, from: relay.from, to: relay.to },
          own: [
            { protocol: "udp", port: site.ports.turn },
            { protocol: "tcp", port: site.ports.turnProxy },
          ],
        }
      : null,
  };
}

function registryVariables(
  site: Site,
  address: string,
  { image, port }: NonNullable<HostPlan["registry"]>,
  { id, archive }: RegistryImage,
) {
  const { user, paths } = imageTable[image];
  return {
    registry_site: site.name,
    registry_address: address,
    registry_port: port,
    registry_image_id: id,
    registry_image_archive: archive,
    registry_user: user,
    registry_config_path: paths.config!,
    registry_data_path: paths.data!,
  };
}

/** `3478,40000-40999`: ports in the kernel's own range that we listen on, in order, each once. */
function reservedPorts(rules: readonly FirewallRule[]): string {
  const mine = rules.filter(({ from, to }) => to >= ephemeral.from && from <= ephemeral.to);
  const texts = mine.sort((a, b) => a.from - b.from).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return [...new Set(texts)].join(",");
}
