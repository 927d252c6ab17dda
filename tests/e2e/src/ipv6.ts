import { randomUUID } from "node:crypto";
import { docker, sessionLabels } from "./session";

/** A network with IPv6, and a machine's address there. */
export interface Ipv6Place {
  readonly network: string;
  readonly address: string;
}

/** Gives a machine a second network, which has IPv6 and leads nowhere, for as long as the work takes. */
export async function onIpv6<T>(machine: string, work: (place: Ipv6Place) => Promise<T>): Promise<T> {
  const name = `barecast-ipv6-${randomUUID().slice(0, 8)}`;
  // A unique local prefix (RFC 4193) by chance: others may be at work on this computer.
  const prefix = randomUUID().replaceAll("-", "").slice(0, 10);
  const subnet = `fd${prefix.slice(0, 2)}:${prefix.slice(2, 6)}:${prefix.slice(6)}::/64`;
  const network = await docker.createNetwork({
    Name: name,
    Driver: "bridge",
    Internal: true,
    EnableIPv6: true,
    IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
    Labels: await sessionLabels(),
  });
  try {
    await network.connect({ Container: machine });
    try {
      const { NetworkSettings } = await docker.getContainer(machine).inspect();
      return await work({ network: name, address: NetworkSettings.Networks[name]!.GlobalIPv6Address });
    } finally {
      await network.disconnect({ Container: machine, Force: true });
    }
  } finally {
    await network.remove();
  }
}
