import { cgroupFolders } from "../cgroup";
import type { RunningSite } from "../site";

/** Prints the CPU time of the container whose id is `$1`: `usage_usec` of cgroup version 2, or nanoseconds of version 1. Runs in the machine. */
export const cpuScript = (root?: string) => `${cgroupFolders(root)}
folder=$(cgroup_of cpuacct $1) || { echo "no cgroup of the container $1" >&2; exit 1; }
[ -e $folder/cpuacct.usage ] && exec sed 's/$/ ns/' $folder/cpuacct.usage
exec sed -n 's/^usage_usec //p' $folder/cpu.stat
`;

/** CPU time of a service's container on the site's machine so far, in seconds. @throws Error when its cgroup isn't found */
export async function containerCpu({ site }: RunningSite, service: string): Promise<number> {
  const name = await site.containerOf(service);
  const id = (await site.inside("docker", "inspect", "--format", "{{.Id}}", name)).trim();
  return secondsOf(await site.inside("sh", "-c", cpuScript(), "sh", id));
}

/** `1500000` is microseconds, `1500000000 ns` says so: both 1.5. @throws Error on anything else */
export function secondsOf(text: string): number {
  const found = /^(\d+)( ns)?$/.exec(text.trim());
  if (!found) throw new Error(`CPU time of a container: Expected a number, found "${text.trim()}"`);
  return Number(found[1]) / (found[2] ? 1e9 : 1e6);
}
