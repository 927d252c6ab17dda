import type { Host, Site } from "@barecast/site";

import { loopbackPorts, publishedHost } from "./loopback";
import { type MachineNetwork, machineNetwork } from "./network";

export const siteLabel = "barecast.site";
export const hostLabel = "barecast.host";
/** In a machine's environment: who root lets in. */
export const authorizedKeyVariable = "BARECAST_AUTHORIZED_KEY";

/** What a machine is made from, beyond the site file. */
export interface MachineSource {
  /** Image of the machine, by tag or id: Debian with systemd and sshd. */
  readonly image: string;
  /** `ssh-ed25519 AAAA…`: the key that root of the machine lets in. */
  readonly publicKey: string;
  /** Name servers of this computer, for the machine: Docker's own one lives in firewall rules that the machine owns. */
  readonly resolvers: readonly string[];
  /** More labels on all that is made, e.g. those of a test session. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A machine as data: a container that behaves like a server. `createOptions` translates it for Docker. */
export interface MachineSpec {
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly network: MachineNetwork;
  readonly address: string;
  readonly volumes: readonly { readonly name: string; readonly path: string }[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly deviceCgroupRules: readonly string[];
  readonly cgroupns: "private";
  /** The machine's HTTPS port on this computer's loopback: the first free one of `candidates`. */
  readonly published?: { readonly address: "127.0.0.1"; readonly candidates: readonly number[]; readonly target: number };
  readonly memoryBytes?: number;
  readonly stopSignal: string;
  readonly stopTimeoutSeconds: number;
}

const nameOf = (network: MachineNetwork, host: Host): string => `${network.name}-${host.name}`;

/** The volumes of one machine of a site: its Docker, and its data. One that is there is used as it is. */
export function machineVolumes(site: Site, host: Host): MachineSpec["volumes"] {
  const name = nameOf(machineNetwork(site.name, site.network.machines), host);
  return [
    { name: `${name}-docker`, path: "/var/lib/docker" },
    { name: `${name}-barecast`, path: "/var/lib/barecast" },
  ];
}

/**
 * The specification of one machine of a site. Pure; the tests start the same one.
 *
 * Everything is granted that a server has of its own (its cgroup, its firewall, its mounts) but CAP_SYS_RESOURCE, which some outer
 * machines lack themselves; so the container is not `--privileged`, and it is no security boundary either: only trusted sites run in it.
 */
export function machineSpec(site: Site, host: Host, source: MachineSource): MachineSpec {
  const network = machineNetwork(site.name, site.network.machines);
  const name = nameOf(network, host);
  return {
    name,
    hostname: host.name,
    image: source.image,
    labels: { ...source.labels, [siteLabel]: site.name, [hostLabel]: host.name },
    env: { BARECAST_RESOLVERS: source.resolvers.join(" "), [authorizedKeyVariable]: source.publicKey.trim() },
    network,
    address: host.address,
    volumes: machineVolumes(site, host),
    tmpfs: { "/run": "exec,mode=755", "/run/lock": "mode=1777", "/tmp": "exec,mode=1777" },
    capAdd: ["ALL"],
    capDrop: ["SYS_RESOURCE"],
    securityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
    deviceCgroupRules: ["a *:* rwm"],
    cgroupns: "private",
    ...(publishedHost(site)?.name === host.name && {
      published: { address: "127.0.0.1", candidates: loopbackPorts(site), target: site.ports.https },
    }),
    ...(host.machine?.memoryBytes && { memoryBytes: host.machine.memoryBytes }),
    stopSignal: "SIGRTMIN+3",
    stopTimeoutSeconds: 20,
  };
}
