import type { Host, Place } from "@barecast/site";

/**
 * Arguments of `ssh` up to the host's name: pinned host key, no question, none of the user's own settings. Machines are reached by the
 * site's key alone, servers by the operator's own keys. Pure.
 */
export function sshArguments({ address, ssh, machine }: Host, { sshKey, knownHosts }: Pick<Place, "sshKey" | "knownHosts">): string[] {
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=none",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "BatchMode=yes",
    "ConnectTimeout=5",
    ...(machine ? ["IdentitiesOnly=yes"] : []),
  ];
  return [
    ...["-F", "none"],
    ...(machine ? ["-i", sshKey] : []),
    ...options.flatMap((option) => ["-o", option]),
    ...["-p", String(ssh.port), `${ssh.user}@${address}`],
  ];
}
