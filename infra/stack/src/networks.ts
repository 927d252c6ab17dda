import type { Site } from "@barecast/site";
import type { NetworkSpec } from "./stack";

/**
 * The site's overlays. Only `public` (Traefik: its published ports) and `mctl` (signaling: to the media servers' control port) have a way
 * out of the host; everything else talks on internal networks only.
 */
const rows = [
  { key: "edge", isInternal: true },
  { key: "core", isInternal: true },
  { key: "sock", isInternal: true },
  { key: "public", isInternal: false },
  { key: "mctl", isInternal: false },
] as const;
export type NetworkKey = (typeof rows)[number]["key"];

/** The n-th /24 of the site's pool; the first is the swarm's own (ingress). */
const subnetOf = (pool: string, index: number) => {
  const [a, b] = pool.split(".");
  return `${a}.${b}.${index}`;
};

export const networksOf = ({ name, network }: Site): NetworkSpec[] =>
  rows.map(({ key, isInternal }, index) => {
    const prefix = subnetOf(network.overlays, index + 101);
    return { name: `${name}-${key}`, isInternal, subnet: `${prefix}.0/24`, gateway: `${prefix}.1` };
  });

/** The address ranges of some of the overlays: whoever is asked from there knows which of the site's services asks. */
export const rangesOf = (site: Site, ...keys: readonly NetworkKey[]): string[] =>
  networksOf(site).flatMap(({ name, subnet }) => (keys.some((key) => name === `${site.name}-${key}`) ? [subnet] : []));

/** A service's place on an overlay, under its own name. */
export const attach = (site: Site, key: NetworkKey, ...aliases: string[]) => ({ name: `${site.name}-${key}`, aliases });
