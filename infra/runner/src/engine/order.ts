import { needsOf, type Resource } from "./resource";

const keyOf = (resource: Resource): string => `${resource.urn}${resource.delete ? `\u0000${resource.id}` : ""}`;

/**
 * The one order in which a state is written: everything after what it needs, and by URN where that leaves a choice.
 * A resource that waits for its deletion stands after the live one of the same URN.
 */
export function canonicalOrder(resources: Resource[]): Resource[] {
  const byKey = new Map(resources.map((resource) => [keyOf(resource), resource]));
  const placed = new Set<string>();
  const ordered: Resource[] = [];
  const place = (resource: Resource): void => {
    const key = keyOf(resource);
    if (placed.has(key)) return;
    placed.add(key);
    const needs = needsOf(resource).concat(resource.delete ? [resource.urn] : []);
    for (const need of needs.sort()) {
      const needed = byKey.get(need);
      if (needed) place(needed);
    }
    ordered.push(resource);
  };
  for (const key of [...byKey.keys()].sort((one, other) => rank(byKey.get(one)!) - rank(byKey.get(other)!) || (one < other ? -1 : 1)))
    place(byKey.get(key)!);
  return ordered;
}

// The root first, then whatever has no parent, so that the file reads from the top down.
const rank = (resource: Resource): number => (resource.type === "pulumi:pulumi:Stack" ? 0 : resource.custom ? 2 : 1);

/** For each resource those of the same list that need it: what must be deleted before it. */
export function dependentsOf(resources: Resource[]): Map<Resource, Resource[]> {
  const dependents = new Map<Resource, Resource[]>(resources.map((resource) => [resource, []]));
  for (const resource of resources)
    for (const need of needsOf(resource))
      for (const needed of resources) if (needed.urn === need && needed !== resource) dependents.get(needed)?.push(resource);
  return dependents;
}
