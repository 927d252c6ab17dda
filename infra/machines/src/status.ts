import Docker from "dockerode";

import { addressIn, machineContainers, publishedPort } from "./lookup";

/** A machine as Docker sees it. */
export interface MachineStatus {
  readonly host: string;
  readonly container: string;
  readonly name: string;
  readonly isRunning: boolean;
  /** ISO 8601; of the last start. */
  readonly startedAt: string;
  readonly address?: string;
  readonly publicPort?: number;
}

/** The machines of a site that are there, running or not, by host name. */
export async function machineStatus(siteName: string, { docker = new Docker() }: { docker?: Docker } = {}): Promise<MachineStatus[]> {
  const found = [...(await machineContainers(docker, siteName))].sort(([a], [b]) => a.localeCompare(b));
  return found.map(([host, container]) => {
    const address = addressIn(container, `barecast-${siteName}`);
    const publicPort = publishedPort(container);
    return {
      host,
      container: container.Id,
      name: container.Name.slice(1),
      isRunning: container.State.Running,
      startedAt: container.State.StartedAt,
      ...(address && { address }),
      ...(publicPort && { publicPort }),
    };
  });
}
