import type { SiteUnderTest } from "./site";

/** How many allocations coturn holds for clients. */
export const allocations = async (site: SiteUnderTest): Promise<number> => (await relayPorts(site)).length;

/**
 * Ports of the UDP sockets that coturn holds for clients, one for each allocation (RFC 8656). What a killed browser had may stay for ten minutes, so that a
 * count can fall at any time.
 */
export async function relayPorts(site: SiteUnderTest, relay = { from: 41_000, to: 41_999 }): Promise<number[]> {
  return portsIn(await site.inside("ss", "-Huln"), relay);
}

/** Local ports of sockets in what `ss -Huln` prints, in order. @throws Error on a line without one */
export function portsIn(listing: string, { from, to }: { readonly from: number; readonly to: number }): number[] {
  const ports = listing
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const port = /:(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "")?.[1];
      if (!port) throw new Error(`Expected a line of ss -Huln, found "${line}"`);
      return Number(port);
    });
  return ports.filter((port) => port >= from && port <= to).sort((a, b) => a - b);
}
