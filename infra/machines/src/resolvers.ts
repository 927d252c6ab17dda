import { readFile } from "node:fs/promises";

/** The name servers in a resolv.conf that others can reach: no loopback ones. Pure. */
export function reachableResolvers(resolvConf: string): string[] {
  return resolvConf
    .split("\n")
    .map((line) => /^nameserver\s+([\d.]+)\s*$/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && !address.startsWith("127."));
}

/** This computer's name servers; where systemd-resolved answers on loopback, the ones it asks itself. Empty: Docker's are used. */
export async function outerResolvers(): Promise<string[]> {
  for (const file of ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]) {
    const found = reachableResolvers(await readFile(file, "utf8").catch(() => ""));
    if (found.length > 0) return found;
  }
  return [];
}
