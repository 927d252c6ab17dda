import { randomUUID } from "node:crypto";
import { docker, sessionLabels } from "./session";
import type { SiteMachine } from "./site";
import { asInTable } from "./udpScan";
import { until } from "./until";

/** A network with IPv6, and a machine's addresses there. */
export interface Ipv6Place {
  readonly network: string;
  readonly address: string;
  /** The one that every interface has (RFC 4291, 2.5.6), as a container of that network alone names it. */
  readonly linkLocal: string;
}

/** Gives a machine a second network, which has IPv6 and leads nowhere, for as long as the work takes. */
export async function onIpv6<T>(machine: SiteMachine, work: (place: Ipv6Place) => Promise<T>): Promise<T> {
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
    await network.connect({ Container: machine.container });
    try {
      const { NetworkSettings } = await docker.getContainer(machine.container).inspect();
      const address = NetworkSettings.Networks[name]!.GlobalIPv6Address;
      return await work({ network: name, address, linkLocal: await linkLocalBeside(machine, address) });
    } finally {
      await network.disconnect({ Container: machine.container, Force: true });
    }
  } finally {
    await network.remove();
  }
}

/** The link-local address on the interface that has another one, once both are the machine's without doubt. */
async function linkLocalBeside(machine: SiteMachine, address: string): Promise<string> {
  let found = "";
  const isThere = async () => {
    const all = addressesIn(await machine.inside("cat", "/proc/net/if_inet6"));
    const own = all.find((one) => one.address === asInTable(address));
    const local = all.find((one) => one.isLinkLocal && one.interfaceName === own?.interfaceName);
    found = `${local?.address}%eth0`;
    return own && local && !own.isTentative && !local.isTentative ? null : JSON.stringify({ own, local });
  };
  await until(`The machine has ${address}, and a link-local address beside it`, isThere, { withinMs: 20_000 });
  return found;
}

/** IPv6 addresses out of `/proc/net/if_inet6`: address, index, length of the prefix, scope, flags (hexadecimal), interface. */
export const addressesIn = (table: string) =>
  table
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [digits = "", , , scope, flags = "", interfaceName = ""] = line.trim().split(/ +/);
      const address = digits.match(/.{4}/g)!.join(":");
      return { address, interfaceName, isLinkLocal: scope === "20", isTentative: (parseInt(flags, 16) & 0x40) !== 0 };
    });
