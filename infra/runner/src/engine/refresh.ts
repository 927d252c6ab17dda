import type { Op, ResourceResult } from "../api";
import { type Context, type HandlerSource, knownHandler } from "./handler";
import { isDefaultProvider, nameOf, type Resource } from "./resource";

/** What a look at all that the state knows found: what is still there, and what became of each resource. */
export interface Looked {
  readonly resources: Resource[];
  readonly results: ResourceResult[];
}

const mark = "drifted: ";

/**
 * Looks at what there is: what is gone is forgotten, what drifted is marked, so that it is updated whatever the program asks for.
 * @throws RunnerError `unsupported` where the state has a type that the runner doesn't know
 */
export async function look(
  resources: readonly Resource[],
  handlers: HandlerSource,
  contextOf: (resource: Resource) => Context,
): Promise<Looked> {
  const looked = await Promise.all(
    resources.map(async (resource) => {
      const { type, urn, custom } = resource;
      const handler = custom ? knownHandler(handlers, { type, name: nameOf(urn) }) : undefined;
      const found = await handler?.read(resource, contextOf(resource));
      const drifted = found === "gone" || !found ? [] : found.drifted;
      const op: Op = found === "gone" ? "delete" : drifted.length > 0 ? "refresh" : "same";
      const errors = (resource.initErrors ?? []).filter((error) => !error.startsWith(mark));
      const marked = { ...resource, drifted, initErrors: [...errors, `${mark}${drifted.join(", ")}`] };
      return { op, changed: drifted, resource: drifted.length > 0 ? marked : resource };
    }),
  );
  return {
    resources: looked.filter(({ op }) => op !== "delete").map(({ resource }) => resource),
    results: looked
      .filter(({ resource }) => !isDefaultProvider(resource))
      .map(({ resource: { urn, type }, op, changed }) => ({ urn, type, name: nameOf(urn), op, changed })),
  };
}
