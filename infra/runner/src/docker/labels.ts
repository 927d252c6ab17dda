import { RunnerError } from "../api";
import type { Values } from "../engine/values";

/** The label that says whose an object is. */
export interface Owner {
  label: string;
  value: string;
}

type Label = { label: string; value: string };

/** Labels as Docker takes them, from the program's list. */
export const labelsOf = (list: unknown): Record<string, string> =>
  Object.fromEntries(((list ?? []) as Label[]).map(({ label, value }) => [label, value]));

/** Labels as the program's list, from Docker's. */
export const labelList = (labels: Record<string, string> | null | undefined): Label[] =>
  Object.entries(labels ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([label, value]) => ({ label, value }));

/** Refuses an object that stands in the way and doesn't belong to this site. @throws RunnerError `step-failed` */
export function refuseForeign(kind: string, name: string, labels: Record<string, string> | null | undefined, owner: Owner): void {
  if (labels?.[owner.label] === owner.value) return;
  const found = labels?.[owner.label];
  throw new RunnerError(
    "step-failed",
    `${kind} ${name}: Docker already has one of this name, and it isn't this site's: expected the label ${owner.label}=${owner.value}, ` +
      `found ${found === undefined ? "none" : `${owner.label}=${found}`}. Remove or rename it`,
  );
}

/** The value without what is empty: Docker and its clients write nothing, null, 0, "" and {} for the same. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Values).flatMap(([key, member]): [string, unknown][] => {
    const kept = withoutEmpty(member);
    const isEmpty = kept === null || kept === undefined || kept === "" || kept === 0 || kept === false;
    return isEmpty || (typeof kept === "object" && Object.keys(kept as object).length === 0) ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}
