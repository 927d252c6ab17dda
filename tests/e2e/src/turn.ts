import type { SiteUnderTest } from "./site";

/** UDP sockets that coturn holds for clients: one for each allocation (RFC 8656), within its relay ports. */
export async function allocations(site: SiteUnderTest, relay = { from: 41_000, to: 41_999 }): Promise<number> {
  return socketsIn(await site.inside("ss", "-Huln"), relay);
}

/** Counts sockets by local port in what `ss -Huln` prints. @throws Error on a line without one */
export function socketsIn(listing: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const ports = listing
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const port = /:(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "")?.[1];
      if (!port) throw new Error(`Expected a line of ss -Huln, found "${line}"`);
      return Number(port);
    });
  return ports.filter((port) => port >= from && port <= to).length;
}
