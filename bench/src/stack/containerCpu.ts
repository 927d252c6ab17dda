import type { RunningSite } from "../site";

/** Prints the CPU time of the container whose id is `$1`: `usage_usec` of cgroup version 2, or nanoseconds of version 1. Runs in the machine. */
const script = `
root=/sys/fs/cgroup
for file in $root/docker/$1/cpu.stat $root/system.slice/docker-$1.scope/cpu.stat; do
  [ -e $file ] && exec sed -n 's/^usage_usec //p' $file
done
for file in $root/cpuacct/docker/$1/cpuacct.usage $root/cpuacct/system.slice/docker-$1.scope/cpuacct.usage; do
  [ -e $file ] && exec sed 's/$/ ns/' $file
done`;

/** CPU time of a service's container on the site's machine so far, in seconds. @throws Error when its cgroup isn't found */
export async function containerCpu({ site }: RunningSite, service: string): Promise<number> {
  const name = await site.containerOf(service);
  const id = (await site.inside("docker", "inspect", "--format", "{{.Id}}", name)).trim();
  return secondsOf(await site.inside("sh", "-c", script, "sh", id));
}

/** `1500000` is microseconds, `1500000000 ns` says so: both 1.5. @throws Error on anything else */
export function secondsOf(text: string): number {
  const found = /^(\d+)( ns)?$/.exec(text.trim());
  if (!found) throw new Error(`CPU time of a container: Expected a number, found "${text.trim()}"`);
  return Number(found[1]) / (found[2] ? 1e9 : 1e6);
}
