import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { hostLabel, machineVolumes, siteLabel } from "@barecast/machines";
import { loadSite } from "@barecast/site";
import { docker } from "./session";

/** A file system in memory that Linux has everywhere. */
const memory = "/dev/shm";
const gibibyte = 2 ** 30;
/** What a machine's Docker keeps at most: the images of all services, unpacked. */
const machineBytes = 2 * gibibyte;
/** What stays free for all else that runs: machines' services, browsers, the tests themselves. */
const othersBytes = 7 * gibibyte;

/**
 * Makes the volumes that the Docker engines of a site's machines are to have before `up` makes the machines, in memory where there is enough of
 * it: each site unpacks and removes some 25,000 files there, and its disk is what stories wait for. They outlive a machine's restart, as a disk
 * does. Where memory is short nothing is made, and machines have their volumes on the disk as ever.
 *
 * Data stays on the disk: what a service writes into memory counts as its own, and its limit knows nothing of recordings.
 * @param labels more of them than the product's own
 */
export async function dockerInMemory(siteFile: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const site = loadSite(siteFile);
  const hosts = site.hosts.filter(({ machine }) => machine);
  giveMemoryBack(site.name);
  if (!existsSync(memory) || availableBytes() < othersBytes + hosts.length * machineBytes) return;
  for (const host of hosts) {
    const { name } = machineVolumes(site, host).find(({ path: target }) => target === "/var/lib/docker")!;
    const device = path.join(folderOf(site.name), name);
    mkdirSync(device, { recursive: true });
    await docker.createVolume({
      Name: name,
      Labels: { ...labels, [siteLabel]: site.name, [hostLabel]: host.name },
      DriverOpts: { type: "none", o: "bind", device },
    });
  }
}

/** Gives the memory of a site's volumes back, once these are gone: Docker leaves what was bound into one. */
export const giveMemoryBack = (siteName: string): void => rmSync(folderOf(siteName), { recursive: true, force: true });

const folderOf = (siteName: string) => path.join(memory, `barecast-${siteName}`);

function availableBytes(): number {
  const [, kibibytes = "0"] = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}
