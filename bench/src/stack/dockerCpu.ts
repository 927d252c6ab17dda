import { docker } from "@barecast/e2e";

/** CPU time so far of a container of this computer with all that runs in it, seconds: its cgroup's, as Docker reads it. @throws Error when it doesn't run */
export async function dockerCpu(container: string): Promise<number> {
  const { cpu_stats } = await docker.getContainer(container).stats({ stream: false, "one-shot": true });
  const nanoseconds = cpu_stats.cpu_usage.total_usage;
  // A container that has ended has empty statistics.
  if (!nanoseconds) throw new Error(`Container ${container}: Expected CPU time, found none. Does it still run? docker logs ${container}`);
  return nanoseconds / 1e9;
}
