import { networkInterfaces } from "node:os";
import type { Site } from "@barecast/site";
import type Docker from "dockerode";

import { networkOptions } from "./create-options";
import { MachineError } from "./errors";
import { type MachineNetwork, machineNetwork, overlaps } from "./network";
import { siteNetworks } from "./lookup";
import { siteLabel } from "./spec";

/** Makes the site's network on this computer, or finds it as it should be. Throws a MachineError where its addresses are taken. */
export async function ensureNetwork(docker: Docker, site: Site): Promise<void> {
  const network = machineNetwork(site.name, site.network.machines);
  const found = (await siteNetworks(docker, site.name)).find(({ Name }) => Name === network.name);
  if (found) return checkSubnet(network, found.IPAM?.Config?.[0]?.Subnet);
  const taken = takenBy(network, interfaceSubnets());
  if (taken) throw new MachineError("machines.network-taken", taken);
  await docker.createNetwork(networkOptions(network, { [siteLabel]: site.name })).catch((error: Error) => {
    throw new MachineError(
      "machines.network-taken",
      `network.machines: Expected a network that is free here, found ${network.subnet} refused by Docker (${error.message}). Choose another, e.g. 172.30.240.0/24`,
    );
  });
}

/** Which interface of this computer already has addresses of the network, or null. Pure. */
export function takenBy({ subnet }: MachineNetwork, interfaces: Readonly<Record<string, readonly string[]>>): string | null {
  const [name] = Object.entries(interfaces).find(([, cidrs]) => cidrs.some((cidr) => overlaps(cidr, subnet))) ?? [];
  if (!name) return null;
  return `network.machines: Expected a network that is free here, found ${subnet} in use by the interface ${name}. Choose another, e.g. 172.30.240.0/24`;
}

function checkSubnet({ name, subnet }: MachineNetwork, found: string | undefined): void {
  if (found === subnet) return;
  throw new MachineError(
    "machines.network-taken",
    `network.machines: Expected ${subnet}, found Docker's network ${name} with ${found ?? "no subnet"} from an earlier run. Run \`barecast down\` first`,
  );
}

function interfaceSubnets(): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(networkInterfaces()).map(([name, addresses = []]) => [
      name,
      addresses.flatMap(({ cidr, family }) => (family === "IPv4" && cidr ? [cidr] : [])),
    ]),
  );
}
