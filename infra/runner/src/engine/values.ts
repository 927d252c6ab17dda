import { isDeepStrictEqual } from "node:util";

/** Properties of a resource as they travel between program, engine and state: JSON, with secrets and unknowns marked. */
export type Values = Record<string, unknown>;

/** The key under which Pulumi marks special objects, and the mark of a secret. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** Stands in a preview for what only the real run will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isObject = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);
export const isSecret = (value: unknown): value is { value: unknown } => isObject(value) && value[SIGNATURE] === SECRET;
export const secret = (value: unknown): Values => ({ [SIGNATURE]: SECRET, value });

/** Applies `change` to each member of an object or array; everything else stays. */
export function mapMembers(value: unknown, change: (member: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((member, index) => change(member, String(index)));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member, key)]));
}

/** The value without its marks of secrecy. */
export function reveal<T = unknown>(value: unknown): T {
  if (isSecret(value)) return reveal(value.value);
  return mapMembers(value, (member) => reveal(member)) as T;
}

/** The value as it may be shown: secrets and unknowns by name only. */
export function mask(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (value === UNKNOWN) return "[unknown]";
  return mapMembers(value, mask);
}

/** The value without what the engine keeps in it for itself (`__defaults` and the like). */
export function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (key.startsWith("__") && key !== "__provider" ? [] : [[key, withoutMarks(member)]])),
  );
}

export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

export const isEqual = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other);

/** Marks in `values` as secret what is secret in `model`: a provider that takes no secrets gives them back plain. */
export function markSecrets(values: unknown, model: unknown): unknown {
  if (isSecret(values)) return values;
  if (isSecret(model)) return secret(values);
  if (Array.isArray(values) && Array.isArray(model)) return values.map((member, index) => markSecrets(member, model[index]));
  if (isObject(values) && isObject(model)) return mapMembers(values, (member, key) => markSecrets(member, model[key]));
  return values;
}

/** The same value with the keys of its objects in order. */
export function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted((value as Values)[key])]),
  ) as T;
}
