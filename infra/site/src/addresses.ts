import type { SiteFile } from "./schema";

/** A machine's address by its place among the hosts: the tenth of their network, then counting. The first is the bridge's. */
const machineAddress = (network: string, index: number) => {
  const [a, b, c] = network.split("/")[0]!.split(".");
  return `${a}.${b}.${c}.${10 + index}`;
};

/** IPv4 address of each host, by name: the one stated, or a machine's own; undefined for a server without one, which the rules refuse. */
export const addressesOf = ({ hosts, network }: Pick<SiteFile, "hosts" | "network">): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(hosts).map(([name, { address, machine }], index) => [
      name,
      address ?? (machine && machineAddress(network.machines, index)),
    ]),
  );
