import type { Host, Site } from "@barecast/site";
import Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";

import { machineContainers, publishedPort } from "./lookup";

/** A machine of the site as Docker sees it. */
export interface MachineStatus {
  /** The host's name in the site file. */
  readonly name: string;
  readonly address: string;
  readonly state: "running" | "stopped" | "missing";
  /** Name of its container; absent while missing, like what follows. */
  readonly container?: string;
  /** ISO 8601; of the last start. */
  readonly startedAt?: string;
  /** Port on this computer's loopback that leads to the machine's HTTPS. */
  readonly publicPort?: number;
}

/** Every machine of a site, in the site's order. */
export async function machineStatus(site: Site, { docker = new Docker() }: { docker?: Docker } = {}): Promise<MachineStatus[]> {
  const machines = site.hosts.filter(({ machine }) => machine);
  if (machines.length === 0) return [];
  const found = await machineContainers(docker, site.name);
  return machines.map((host) => statusOf(host, found.get(host.name)));
}

function statusOf({ name, address }: Host, container?: ContainerInspectInfo): MachineStatus {
  if (!container) return { name, address, state: "missing" };
  const publicPort = publishedPort(container);
  return {
    name,
    address,
    state: container.State.Running ? "running" : "stopped",
    container: container.Name.slice(1),
    startedAt: container.State.StartedAt,
    ...(publicPort && { publicPort }),
  };
}
