import type { ParseSdk } from "./cloud/main";
import type { ClassDefinition } from "./schema";

interface StoredClass {
  readonly className: string;
  readonly fields: Readonly<Record<string, { type: string; targetClass?: string }>>;
  readonly classLevelPermissions?: Readonly<Record<string, unknown>>;
}

/** What the stored schema lacks of its definition, or null. Parse itself goes on with a warning when a migration fails. */
export function difference(definition: ClassDefinition, stored: StoredClass | undefined): string | null {
  const { className } = definition;
  if (!stored) return `${className}: The class is missing in the database`;
  for (const [field, { type, targetClass }] of Object.entries(definition.fields ?? {})) {
    const found = stored.fields[field];
    if (found?.type !== type || found.targetClass !== targetClass) {
      return `${className}.${field}: Expected the type ${type}, found ${found?.type ?? "nothing"}. Export the field's values, then remove it`;
    }
  }
  for (const [operation, wanted] of Object.entries(definition.classLevelPermissions)) {
    const found = stored.classLevelPermissions?.[operation] ?? {};
    if (canonical(found) !== canonical(wanted)) {
      return `${className}: Permission to ${operation}: Expected ${canonical(wanted)}, found ${canonical(found)}`;
    }
  }
  return null;
}

/** The first difference between all definitions and the database's schema, or null. */
export async function schemaProblem(Parse: ParseSdk, definitions: readonly ClassDefinition[]): Promise<string | null> {
  const stored = (await Parse.Schema.all()) as unknown as StoredClass[];
  const problems = definitions.map((each) =>
    difference(
      each,
      stored.find(({ className }) => className === each.className),
    ),
  );
  return problems.find((problem) => problem !== null) ?? null;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
