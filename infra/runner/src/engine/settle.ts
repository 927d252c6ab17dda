import { type Context, type Handler, type HandlerSource, knownHandler } from "./handler";
import { nameOf, type PendingOperation, type Resource } from "./resource";

export const INTERRUPTED = "interrupted";

/**
 * What a state means after a run that never wrote the end of its steps: what was being created and is there is adopted (or, being
 * other than wanted, removed), what was being updated is updated again, what was being deleted may be gone.
 * @throws RunnerError `unsupported` where a step was at a type that the runner doesn't know
 */
export async function settlePending(
  state: { resources: Resource[]; pending: PendingOperation[] },
  handlers: HandlerSource,
  contextOf: (resource: Resource) => Context,
): Promise<Resource[]> {
  let resources = repeatUpdates(state);
  for (const { type, resource } of state.pending) {
    if (!resource.custom) continue;
    const handler = knownHandler(handlers, { type: resource.type, name: nameOf(resource.urn) });
    if (type === "creating" && !resources.some(({ urn, delete: isLeaving }) => urn === resource.urn && !isLeaving)) {
      const made = await handler.settle(resource.inputs, contextOf(resource));
      if (made !== "nothing") resources.push({ ...resource, ...made, initErrors: [`${INTERRUPTED} while creating`] });
    } else if (type === "creating") {
      resources = await settleReplacement(resources, resource, handler, contextOf(resource));
    } else if (type === "deleting") {
      const isGone = (await handler.read(resource, contextOf(resource))) === "gone";
      if (isGone) resources = resources.filter(({ urn, id }) => urn !== resource.urn || id !== resource.id);
    }
  }
  return resources;
}

/** The part of settling that needs no look at the outside: updates that may be half done are to be done again. */
export function repeatUpdates({ resources, pending }: { resources: Resource[]; pending: PendingOperation[] }): Resource[] {
  const updating = new Set(pending.filter(({ type }) => type === "updating").map(({ resource }) => resource.urn));
  return resources.map((resource) =>
    updating.has(resource.urn) && !resource.delete ? { ...resource, initErrors: [`${INTERRUPTED} while updating`] } : resource,
  );
}

/** A replacement was being created beside the old one: when it is there, it takes its place and the old one waits for its deletion. */
async function settleReplacement(resources: Resource[], replacement: Resource, handler: Handler, context: Context): Promise<Resource[]> {
  const made = await handler.settle(replacement.inputs, context);
  if (made === "nothing") return resources;
  const isOld = ({ urn, delete: isLeaving }: Resource): boolean => urn === replacement.urn && !isLeaving;
  // The same object under the same name: nothing was replaced yet.
  if (resources.some((resource) => isOld(resource) && resource.id === made.id)) return resources;
  const left = resources.map((resource) => (isOld(resource) ? { ...resource, delete: true } : resource));
  return [...left, { ...replacement, ...made, initErrors: [`${INTERRUPTED} while creating`] }];
}
