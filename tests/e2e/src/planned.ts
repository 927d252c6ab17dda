import type { Site } from "@barecast/site";
import { portPlan, type PortRow } from "@barecast/stack";

export type Source = PortRow["source"];

/** Ports of a host that the port plan opens to some, in order; none in a host that has another role. */
export function planned(site: Site, host: string, protocol: PortRow["protocol"], ...sources: readonly Source[]): number[] {
  const { roles } = site.hosts.find(({ name }) => name === host)!;
  const ports = portPlan(site)
    .filter((row) => row.protocol === protocol && sources.includes(row.source))
    .filter(({ role }) => role === "all" || roles.includes(role))
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, place) => from + place));
  return [...new Set(ports)].sort((a, b) => a - b);
}
