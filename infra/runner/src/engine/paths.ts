import { isObject, reveal, UNKNOWN, withoutMarks } from "./values";

/**
 * Paths of the properties that differ, in Pulumi's notation: `taskSpec.containerSpec.env.GREETING`, `mounts[0].target`,
 * `options["max-file"]`. Secrets are compared by content; null and absent are the same.
 */
export function changedPaths(before: unknown, after: unknown): string[] {
  const found: string[] = [];
  walk(reveal(withoutMarks(before)), reveal(withoutMarks(after)), "", found);
  return found;
}

function walk(before: unknown, after: unknown, path: string, found: string[]): void {
  if ((before ?? null) === (after ?? null) && after !== UNKNOWN) return;
  if (isObject(before) && isObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
      walk(before[key], after[key], join(path, key), found);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      walk(before[index], after[index], `${path}[${index}]`, found);
  } else {
    found.push(path);
  }
}

const join = (path: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`;

/** Splits a path of Pulumi's notation into its keys and indexes. */
export function splitPath(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** `after`, but with what lies at the ignored paths as it was in `before` (absent where it was absent). */
export function ignoringChanges<T>(after: T, before: unknown, paths: string[]): T {
  return paths.reduce<T>((kept, path) => keep(kept, before, splitPath(path)) as T, after);
}

function keep(after: unknown, before: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined) return before;
  if (key === "*" && Array.isArray(after)) return after.map((member, index) => keep(member, at(before, String(index)), rest));
  if (Array.isArray(after)) return after.map((member, index) => (String(index) === key ? keep(member, at(before, key), rest) : member));
  if (!isObject(after)) return after;
  const kept = keep(after[key], at(before, key), rest);
  const { [key]: _dropped, ...others } = after;
  return kept === undefined ? others : { ...others, [key]: kept };
}

const at = (value: unknown, key: string): unknown =>
  isObject(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;
