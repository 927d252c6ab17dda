import { dependentsOf } from "./order";
import { needsOf, type Resource } from "./resource";

/**
 * Deletes resources, each after all that need it, otherwise at once. What needs one whose deletion failed stays.
 * @param remove deletes one; false when it was left because the run stops
 * @throws the first failure, after what ran has ended
 */
export async function deleteAll(resources: Resource[], remove: (resource: Resource) => Promise<boolean>): Promise<void> {
  const dependents = dependentsOf(resources);
  const begun = new Map<Resource, Promise<boolean>>();
  const failures: Error[] = [];
  const begin = (resource: Resource): Promise<boolean> => {
    const known = begun.get(resource);
    if (known) return known;
    const work = (async (): Promise<boolean> => {
      const gone = await Promise.all((dependents.get(resource) ?? []).map(begin));
      if (gone.includes(false) || failures.length > 0) return false;
      return remove(resource).catch((error: Error) => {
        failures.push(error);
        return false;
      });
    })();
    begun.set(resource, work);
    return work;
  };
  await Promise.all(resources.map(begin));
  if (failures[0]) throw failures[0];
}

/** Resources and all of `among` that they need, directly or through others. */
export function withNeeds(resources: Resource[], among: Resource[]): Resource[] {
  const kept = new Set(resources);
  for (const resource of kept) {
    const needs = new Set(needsOf(resource));
    for (const candidate of among) if (needs.has(candidate.urn)) kept.add(candidate);
  }
  return [...kept];
}
