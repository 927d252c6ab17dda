import type { Values } from "./values";

/** One resource of the state, as a checkpoint keeps it, its secrets in clear. */
export interface Resource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs: Values;
  outputs: Values;
  parent?: string;
  /** `urn::id` of its provider. */
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect?: boolean;
  /** Replaced by a newer one of the same URN, and still to be deleted. */
  delete?: boolean;
  /** Why it was accepted but isn't what it should be; forces an update. */
  initErrors?: string[];
  /** Where what there is differs from `inputs`: of this run only, found by a refresh. */
  drifted?: string[];
  additionalSecretOutputs?: string[];
  ignoreChanges?: string[];
  created?: string;
  modified?: string;
  /** Fields of the checkpoint that the runner has no use for, and keeps. */
  rest?: Values;
}

/** A step that was begun and whose end was never written. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resource: Resource;
}

/** What the program asks for. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  inputs: Values;
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  aliases: string[];
  version: string;
}

export const ROOT_TYPE = "pulumi:pulumi:Stack";
const PROVIDER = "pulumi:providers:";

export const isProvider = (type: string): boolean => type.startsWith(PROVIDER);
export const providerTypeOf = (type: string): string => PROVIDER + type.split(":")[0];
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
export const typeOf = (urn: string): string => (urn.split("::")[2] ?? "").split("$").pop() ?? "";
/** The default provider of a package isn't counted among what the program asked for. */
export const isDefaultProvider = ({ urn, type }: { urn: string; type: string }): boolean =>
  isProvider(type) && /^default(_|$)/.test(nameOf(urn));

/** The URN of a resource; the types of its parents, but the root's, stand before its own. */
export function urnOf(stack: string, project: string, goal: { type: string; name: string; parent?: string }): string {
  const parentType = goal.parent ? (goal.parent.split("::")[2] ?? "") : "";
  const qualified = parentType && parentType !== ROOT_TYPE ? `${parentType}$${goal.type}` : goal.type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${goal.name}`;
}

/** Splits `urn::id`; the id of a provider that a preview only plans is Pulumi's unknown. */
export function splitRef(ref: string): { urn: string; id: string } {
  const at = ref.lastIndexOf("::");
  return { urn: ref.slice(0, at), id: ref.slice(at + 2) };
}

/** URNs of all that must exist before `resource`. */
export function needsOf(resource: Resource): string[] {
  const needs = new Set([...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()]);
  if (resource.parent) needs.add(resource.parent);
  if (resource.provider) needs.add(splitRef(resource.provider).urn);
  return [...needs];
}

/** The resource that a goal asks for, before anything is made of it. */
export function draftOf(goal: Goal, urn: string, old: Resource | undefined): Resource {
  const { type, custom, inputs, parent, protect, additionalSecretOutputs, ignoreChanges } = goal;
  return {
    urn,
    type,
    custom,
    inputs,
    outputs: {},
    ...(parent ? { parent } : {}),
    dependencies: [...goal.dependencies].sort(),
    propertyDependencies: Object.fromEntries(Object.entries(goal.propertyDependencies).map(([key, urns]) => [key, [...urns].sort()])),
    ...(protect ? { protect } : {}),
    ...(additionalSecretOutputs.length > 0 ? { additionalSecretOutputs } : {}),
    ...(ignoreChanges.length > 0 ? { ignoreChanges } : {}),
    ...(old?.rest ? { rest: old.rest } : {}),
  };
}
