import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";

import { sayUnreachable } from "./engine";
import { authorizedKeyVariable, hostLabel, siteLabel } from "./spec";

const labelled = (siteName: string) => ({ label: [`${siteLabel}=${siteName}`] });

/** The containers that are machines of a site, by host; those a test session started with the same labels count too. */
export async function machineContainers(docker: Docker, siteName: string): Promise<Map<string, ContainerInspectInfo>> {
  const filters = { label: [`${siteLabel}=${siteName}`, hostLabel] };
  const list = await docker.listContainers({ all: true, filters }).catch(sayUnreachable);
  const found = await Promise.all(list.map(({ Id }) => docker.getContainer(Id).inspect()));
  return new Map(found.map((container) => [container.Config.Labels[hostLabel]!, container]));
}

export const siteNetworks = (docker: Docker, siteName: string) => docker.listNetworks({ filters: labelled(siteName) });

export const siteVolumes = async (docker: Docker, siteName: string) =>
  (await docker.listVolumes({ filters: labelled(siteName) })).Volumes ?? [];

/** The loopback port that was published when the container was made; it stays as long as the container. */
export function publishedPort({ HostConfig }: ContainerInspectInfo): number | undefined {
  const bindings = Object.values((HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort: string }[]>).flat();
  const port = bindings.find(({ HostIp }) => HostIp === "127.0.0.1")?.HostPort;
  return port ? Number(port) : undefined;
}

/** The public key that a machine was made to let in. */
export const authorizedKey = ({ Config }: ContainerInspectInfo): string | undefined =>
  Config.Env.find((entry) => entry.startsWith(`${authorizedKeyVariable}=`))?.slice(authorizedKeyVariable.length + 1);

/** Its address in the network named, or undefined where it is not in it. A stopped container has the one it was given. */
export function addressIn(container: ContainerInspectInfo, network: string): string | undefined {
  const endpoint = container.NetworkSettings.Networks[network];
  return endpoint?.IPAMConfig?.IPv4Address ?? (endpoint?.IPAddress || undefined);
}
