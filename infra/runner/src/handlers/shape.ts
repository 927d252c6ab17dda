import { RunnerError } from "../api";
import { isObject, isSecret, secret, UNKNOWN, type Values } from "../engine/values";

/**
 * What a type's inputs may hold. `value`: a scalar or a list of scalars; `map`: keys of the user's own; an object: its fields;
 * a list of one object: a list of such objects.
 */
export type Shape = { [field: string]: "value" | "map" | Shape | [Shape] };

/**
 * Inputs as the real provider's check gives them back: each object, but maps, with the list of its fields that were filled in by
 * default. What the shape doesn't know is refused by name, so that nothing is dropped silently.
 * @throws RunnerError `unsupported`, `program-failed`
 */
export function checked(resource: string, values: Values, shape: Shape, defaults: Values = {}): Values {
  const missing = Object.entries(defaults).filter(([key]) => values[key] === undefined);
  const filled = checkObject(resource, values, shape, "");
  return { ...filled, ...Object.fromEntries(missing), __defaults: missing.map(([key]) => key) };
}

/** @throws RunnerError `program-failed` */
export function requireField(resource: string, values: Values, field: string): void {
  if (values[field] === undefined || values[field] === "")
    throw new RunnerError(
      "program-failed",
      `${resource}: ${field}: Expected a value, found none. The runner makes up no names and no content`,
    );
}

function checkObject(resource: string, values: Values, shape: Shape, path: string): Values {
  const entries = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    if (key === "__defaults") return [];
    const form = shape[key];
    if (!form)
      throw new RunnerError(
        "unsupported",
        `${resource}: ${path}${key}: The runner doesn't know this property. Leave it out, or use the Pulumi CLI`,
      );
    if (value === null || value === undefined) return [];
    return [[key, checkValue(resource, value, form, `${path}${key}`)]];
  });
  return { __defaults: [], ...Object.fromEntries(entries) };
}

function checkValue(resource: string, value: unknown, form: Shape[string], path: string): unknown {
  if (value === UNKNOWN || form === "value" || form === "map") return value;
  if (isSecret(value)) return secret(checkValue(resource, value.value, form, path));
  if (Array.isArray(form)) {
    if (!Array.isArray(value)) throw mismatch(resource, path, "a list", value);
    return value.map((member, index) => checkValue(resource, member, form[0], `${path}[${index}]`));
  }
  if (!isObject(value)) throw mismatch(resource, path, "an object", value);
  return checkObject(resource, value, form, `${path}.`);
}

const mismatch = (resource: string, path: string, wanted: string, found: unknown): RunnerError =>
  new RunnerError("program-failed", `${resource}: ${path}: Expected ${wanted}, found ${JSON.stringify(found)}`);
