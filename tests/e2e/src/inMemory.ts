import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { hostLabel, machineVolumes, siteLabel } from "@barecast/machines";
import type { Site } from "@barecast/site";
import { docker } from "./session";

/** A file system in memory that Linux has everywhere. */
const memory = "/dev/shm";
/** How the kernel marks one (linux/magic.h). */
const tmpfsType = 0x01021994;
const gibibyte = 2 ** 30;
/** Twice of what a machine's Docker keeps, the images of all services: several lanes may look at the same moment. */
const machineBytes = 2 * gibibyte;
/** What stays free for all else that runs: machines' services, browsers, the tests themselves. */
const othersBytes = 7 * gibibyte;

/**
 * Makes the volumes that the Docker engines of a site's machines are to have before `up` makes the machines, in memory where there is enough of
 * it: each site unpacks and removes some 25,000 files there, a fifth of the work of `up` and `down` on some disks. They outlive a machine's restart,
 * as a disk does. Where memory is short nothing is made, and machines have their volumes on the disk as ever.
 *
 * Data stays on the disk: what a service writes into memory counts as its own, and its limit knows nothing of recordings.
 * @param labels more of them than the product's own
 */
export async function dockerInMemory(site: Site, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const hosts = site.hosts.filter(({ machine }) => machine);
  giveMemoryBack(site.name);
  if (!hasRoomFor(hosts.length * machineBytes)) return;
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

/** Gives the memory of a site's volumes back, once its machines are gone: Docker leaves what was bound into one. */
export const giveMemoryBack = (siteName: string): void => rmSync(folderOf(siteName), { recursive: true, force: true });

/** The names of the sites that have memory, also of those that Docker knows nothing of any more. */
export const sitesInMemory = (): string[] =>
  isMemory() ? readdirSync(memory).flatMap((name) => /^barecast-(.+)$/.exec(name)?.[1] ?? []) : [];

const folderOf = (siteName: string) => path.join(memory, `barecast-${siteName}`);

const isMemory = (): boolean => existsSync(memory) && statfsSync(memory).type === tmpfsType;

/** A container on the way may have a small one of its own, and see the memory of the whole computer. */
function hasRoomFor(bytes: number): boolean {
  if (!isMemory()) return false;
  const { bsize, bavail } = statfsSync(memory);
  const [, kibibytes = "0"] = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
  return bsize * bavail >= bytes && Number(kibibytes) * 1024 >= othersBytes + bytes;
}
