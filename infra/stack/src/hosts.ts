import type { Host, Site } from "@barecast/site";
import { imageUser } from "./images";
import { isSamePort, portPlan, type PortRow } from "./ports";
import { databaseFolder } from "./services/postgres";
import { recordingsFolder } from "./services/media";
import type { FirewallRule, HostPlan } from "./stack";

/** What Ansible makes of each host: labels, firewall, folders, the site's registry on the first manager. */
export function hostsOf(site: Site): HostPlan[] {
  const plan = portPlan(site);
  const ruleOf = ({ protocol, from, to, source, purpose }: PortRow): FirewallRule => ({ protocol, from, to, source, purpose });
  const isForContainers = (row: PortRow) => plan.some((other) => other.source === "gatewayBridge" && isSamePort(other, row));
  const amongHosts = plan.filter((row) => row.source === "hosts" && !isForContainers(row)).map(ruleOf);
  const registryHost = site.hosts.find(({ roles }) => roles.includes("manager"))!;
  const mediaHosts = site.hosts.filter(({ roles }) => roles.includes("media"));
  return site.hosts.map((host): HostPlan => {
    const isHere: Partial<Record<PortRow["service"], (row: PortRow) => boolean>> = {
      registry: () => host === registryHost,
      ssh: ({ from }) => from === host.ssh.port,
    };
    const mine = plan.filter((row) => isHere[row.service]?.(row) ?? (row.role === "all" || host.roles.includes(row.role)));
    const rules = (by: string): FirewallRule[] => mine.filter((row) => row.by === by).map(ruleOf);
    return {
      name: host.name,
      address: host.address,
      labels: Object.fromEntries([["barecast.host", host.name], ...host.roles.map((role) => [`barecast.${role}`, "true"])]),
      isManager: host.roles.includes("manager"),
      input: rules("host"),
      published: rules("published"),
      untracked: mine.filter(({ service, protocol }) => service === "media" && protocol === "udp").map(ruleOf),
      amongHosts: site.hosts.length > 1 ? amongHosts : [],
      folders: foldersOf(host, host === registryHost),
      ...(host === registryHost ? { registry: { image: "registry" as const, port: site.ports.registry } } : {}),
      ...(host.roles.includes("turn")
        ? { relayOutput: { uid: imageUser("coturn").uid, addresses: mediaHosts.map(({ address }) => address), ...site.ports.media } }
        : {}),
    };
  });
}

function foldersOf(host: Host, hasRegistry: boolean): HostPlan["folders"] {
  const owned = (path: string, image: Parameters<typeof imageUser>[0], mode: string, group = image) => ({
    path,
    uid: imageUser(image).uid,
    gid: imageUser(group).gid,
    mode,
  });
  return [
    { path: "/var/lib/barecast", uid: 0, gid: 0, mode: "0755" },
    ...(hasRegistry ? [owned("/var/lib/barecast/registry", "registry", "0700")] : []),
    ...(host.roles.includes("store") ? [owned(databaseFolder, "postgres", "0700")] : []),
    // Setgid: nginx reads through the group what the media server writes.
    ...(host.roles.includes("media") ? [owned(recordingsFolder, "media", "2750", "web")] : []),
  ];
}
