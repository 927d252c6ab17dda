import { execFile } from "node:child_process";
import type { Host, Place, Site } from "@barecast/site";

import { sshArguments } from "./ssh";

/** What a host says of itself, in well under a second. */
export interface HostProbe {
  readonly host: string;
  /** Whether it answered; the rest is as if nothing were there when not. */
  readonly isReachable: boolean;
  /** Why it did not answer, in SSH's words. */
  readonly reason?: string;
  /** Another one: the host was installed anew. */
  readonly machineId: string;
  /** Another one: the host was booted since (a machine: its container started, for the kernel is this computer's). */
  readonly bootId: string;
  /** Digest that its last whole run has left; "" where none was. */
  readonly applied: string;
  /** Whether the site's rules are in force as they were loaded. */
  readonly isFirewallIntact: boolean;
  readonly isDockerRunning: boolean;
  /** Of hosts that have the registry. */
  readonly isRegistryRunning: boolean;
}

/** Runs on the host. Each line is `key=value`; nothing is changed. */
const script = `
echo "machineId=$(cat /etc/machine-id)"
echo "bootId=$(cat /proc/sys/kernel/random/boot_id):$(awk '{ print $22 }' /proc/1/stat)"
echo "applied=$(cat /etc/barecast/applied 2>/dev/null)"
echo "firewall=$(/usr/local/sbin/barecast-firewall check 2>/dev/null)"
echo "docker=$(systemctl is-active docker.service)"
echo "registry=$(docker container inspect --format '{{.State.Running}}' barecast-registry 2>/dev/null)"
`;

/** Asks every host (or those named) at once. Never throws: an unreachable host is an answer. */
export async function probeHosts({
  site,
  place,
  hosts,
}: {
  site: Site;
  place: Pick<Place, "sshKey" | "knownHosts">;
  hosts?: readonly string[];
}) {
  const asked = site.hosts.filter(({ name }) => !hosts || hosts.includes(name));
  return Promise.all(asked.map((host) => probeHost(host, place)));
}

function probeHost(host: Host, place: Pick<Place, "sshKey" | "knownHosts">): Promise<HostProbe> {
  const command = host.ssh.user === "root" ? "sh -s" : "sudo -n sh -s";
  return new Promise((resolve) => {
    const child = execFile("ssh", [...sshArguments(host, place), command], { timeout: 10_000 }, (error, stdout, stderr) =>
      resolve(probeOf(host.name, stdout, error ? stderr.trim().split("\n").at(-1) || error.message : undefined)),
    );
    // A host that hangs up before it has read the script shows in the exit code.
    child.stdin!.on("error", () => {}).end(script);
  });
}

/** The probe's lines as data. Pure. */
export function probeOf(host: string, output: string, failure?: string): HostProbe {
  const found = Object.fromEntries(
    output
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1).trim()] as const),
  );
  return {
    host,
    isReachable: failure === undefined,
    ...(failure !== undefined && { reason: failure }),
    machineId: found.machineId ?? "",
    bootId: found.bootId ?? "",
    applied: found.applied ?? "",
    isFirewallIntact: found.firewall === "intact",
    isDockerRunning: found.docker === "active",
    isRegistryRunning: found.registry === "true",
  };
}

/** A host that Ansible must run on, and why. */
export interface StaleHost {
  readonly host: string;
  readonly reason: string;
}

/** Which hosts are not (or no longer) what the digests say. Pure. */
export function staleHosts(
  digests: Readonly<Record<string, string>>,
  probes: readonly HostProbe[],
  registryHosts: readonly string[],
): StaleHost[] {
  return probes.flatMap((probe) => {
    const reason = staleness(probe, digests[probe.host] ?? "", registryHosts.includes(probe.host));
    return reason ? [{ host: probe.host, reason }] : [];
  });
}

function staleness(probe: HostProbe, digest: string, hasRegistry: boolean): string | undefined {
  if (!probe.isReachable) return `does not answer: ${probe.reason}`;
  if (probe.applied === "") return "is not set up";
  if (probe.applied !== digest) return "roles or variables are others than those applied";
  if (!probe.isFirewallIntact) return "firewall rules are not those loaded";
  if (!probe.isDockerRunning) return "Docker does not run";
  if (hasRegistry && !probe.isRegistryRunning) return "the registry does not run";
  return undefined;
}
