/** Checks of one object before it is stored: pure, a problem or null. Dates are Date objects here. */
export type Attributes = Readonly<Record<string, unknown>>;

const id = /^[A-Za-z0-9_-]{1,64}$/;
const file = /^[A-Za-z0-9_-]{1,64}\.(webm|mkv)$/;
const kinds = ["phone", "camera"];

type Check = (value: unknown) => string | null;
const matches =
  (pattern: RegExp, wanted: string): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value) ? null : wanted;
const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && values.includes(value) ? null : `one of ${values.join(", ")}`;
const isDate: Check = (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? null : "a date");
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? null : check(value);
const title = matches(/^\S(.{0,118}\S)?$/su, "1 to 120 characters");
const host = matches(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/, "a host's name");

const anything: Check = () => null;
const text = optional(matches(/^.{1,500}$/su, "1 to 500 characters"));

/** What streams and recordings share: both are rows of signaling's ledger. */
const ledgerRow = {
  streamId: matches(id, "an id of letters, digits, dashes and underscores"),
  title,
  kind: oneOf(kinds),
  startedAt: isDate,
  endedAt: optional(isDate),
  reason: text,
  run: optional(matches(id, "an id of letters, digits, dashes and underscores")),
  seenAt: optional(isDate),
};

interface Rules {
  /** Every field that the class has. */
  readonly checks: Readonly<Record<string, Check>>;
  readonly fixed: readonly string[];
}
const rules: Readonly<Record<string, Rules>> = {
  Stream: { checks: { ...ledgerRow, user: anything }, fixed: ["streamId", "kind", "startedAt", "user"] },
  Recording: {
    checks: { ...ledgerRow, file: matches(file, "a name like <streamId>.webm or <streamId>.mkv, without a folder"), host },
    fixed: ["streamId", "kind", "startedAt", "file", "host"],
  },
  Camera: {
    checks: {
      name: matches(/^[a-z][a-z0-9-]{0,30}$/, "a camera's name in the site file"),
      title,
      state: oneOf(["connecting", "live", "down"]),
      reason: text,
      since: isDate,
    },
    fixed: ["name"],
  },
};

/**
 * What is wrong with `next`, of which the fields `written` are new, given what is stored now (`previous`, undefined for a new object); null
 * when nothing is.
 */
export function problemWith(className: string, next: Attributes, previous?: Attributes, written: readonly string[] = []): string | null {
  const rule = rules[className];
  if (!rule) return `${className}: No guard for this class`;
  const strange = written.find((field) => !(field in rule.checks));
  if (strange) return `${className}.${strange}: Unknown field`;
  for (const [field, check] of Object.entries(rule.checks)) {
    const wanted = check(next[field]);
    if (wanted) return `${className}.${field}: Expected ${wanted}, found ${JSON.stringify(next[field]) ?? "nothing"}`;
  }
  const changed = previous && rule.fixed.find((field) => !isSame(previous[field], next[field]));
  if (changed) return `${className}.${changed}: Cannot change after it was first saved`;
  const { startedAt, endedAt } = next;
  if (startedAt instanceof Date && endedAt instanceof Date && endedAt < startedAt) {
    return `${className}.endedAt: Expected a time after startedAt (${startedAt.toISOString()}), found ${endedAt.toISOString()}`;
  }
  return null;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
