import type { z } from "zod";

/** One thing that is wrong in a file of the operator's: where, what was wanted, what was found, what to do. */
export interface Problem {
  /** Dotted path in the operator's own file, or "" for the file as a whole. */
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
  readonly fix: string;
}

/** Every exit code of barecast's, and what it says. README.md has the same. */
export const exitCodes = {
  0: "done",
  1: "a bug",
  2: "the site file or the command line",
  3: "this computer",
  4: "the site or a host",
  5: "verify failed",
  130: "interrupted",
} as const;
export type ExitCode = keyof typeof exitCodes;

/** An error meant for the person who runs barecast. `code` is stable; the CLI prints `message` alone, and exits with `exitCode`. */
export class UserError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: Exclude<ExitCode, 0 | 1> = 2,
  ) {
    super(message);
    this.name = "UserError";
  }
}

/** All problems of one file, printed together. */
export class SiteProblems extends UserError {
  constructor(
    readonly file: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      "site.problems",
      [`${file}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}`, ...problems.map((p) => `  ${textOf(p)}`)].join(
        "\n",
      ),
    );
  }
}

/** `cameras.gate.url: Expected an rtsp:// address, found "http://10.0.9.11". Use the camera's RTSP address` */
export const textOf = ({ path, wanted, found, fix }: Problem) =>
  `${path === "" ? "" : `${path}: `}Expected ${wanted}, found ${found}${fix === "" ? "" : `. ${fix}`}`;

/** A value as an error shows it: short, secrets cannot be in a site file. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string" && value.length > 75) return JSON.stringify(`${value.slice(0, 75)}…`);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    root,
  );

/**
 * Turns the schema's issues into problems: one for each key that is wrong. `staleKey` says what became of a key of an earlier version;
 * `adviceFor` what to write at a path.
 */
export function problemsOf(
  error: z.ZodError,
  root: unknown,
  staleKey: (path: string) => string | undefined,
  adviceFor: (path: readonly string[]) => string,
): Problem[] {
  return error.issues.flatMap((issue) => {
    const keys = issue.path.map(String);
    const path = keys.join(".");
    const found = shown(at(root, issue.path));
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const whole = path === "" ? key : `${path}.${key}`;
        return {
          path: whole,
          wanted: "a key of the site file",
          found: `"${key}"`,
          fix: staleKey(whole) ?? "Remove it, or look for its name in sites/example.yaml",
        };
      });
    }
    if (issue.code === "invalid_key")
      return [{ path, wanted: issue.issues[0]?.message ?? "another name", found: `"${keys.at(-1)}"`, fix: "Rename it" }];
    return [{ path, wanted: wantedBy(issue), found, fix: adviceFor(keys) }];
  });
}

function wantedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return (
        { record: "a map of names", object: "a map of keys", array: "a list", int: "a whole number" }[issue.expected as string] ??
        `a ${issue.expected}`
      );
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `at least ${sized(issue.origin, issue.minimum)}`;
    case "too_big":
      return `at most ${sized(issue.origin, issue.maximum)}`;
    default:
      return issue.message;
  }
}

/** A limit in the unit of what it limits: `1 character`, `2 entries`, `65535`. */
function sized(origin: string, limit: number | bigint): string {
  const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
    string: ["character", "characters"],
    array: ["entry", "entries"],
  };
  const unit = units[origin]?.[limit === 1 ? 0 : 1];
  return unit === undefined ? String(limit) : `${limit} ${unit}`;
}
