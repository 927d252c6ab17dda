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

/** Why a host can't be asked by SSH, with what to do, from what ssh said. Pure. @param host its name in the site file */
export function sshProblem(host: string, said: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  if (lines.some((line) => line.includes("Host key verification failed"))) {
    const shown = /SHA256:[\w+/]+/.exec(said)?.[0];
    return (
      `hosts.${host}.ssh.hostKey: Expected the host to show this key, found ${shown ? `another (${shown})` : "another"}. Nothing was sent there. ` +
      "If it was installed anew, put in its key as its own console shows it: cat /etc/ssh/ssh_host_ed25519_key.pub. If not, somebody may be in between"
    );
  }
  const denied = lines.find((line) => line.includes("Permission denied"));
  if (denied) {
    return (
      `hosts.${host}: Expected to be let in by SSH, found: ${denied.replace(/\.$/, "")}. Put a key of yours into that user's authorized_keys; ` +
      "keys come from an agent (ssh-add -l), or from the default files without a passphrase"
    );
  }
  return `hosts.${host}: Expected an answer by SSH, found: ${lines.findLast((line) => line !== "") ?? "none"}`;
}
