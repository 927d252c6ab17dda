import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, visit, type Document } from "yaml";
import { addressesOf } from "./addresses";
import { adviceFor } from "./advice";
import { problemsOf, SiteProblems, UserError, type Problem } from "./problems";
import { rules } from "./rules";
import { siteSchema, type SiteFile } from "./schema";
import type { Host, Site } from "./site";

/** Keys of earlier versions, and what took their place. */
export const successors: Readonly<Record<string, string>> = { name: "site" };

/**
 * Reads and checks a site file.
 * @throws SiteProblems with every problem of the file; UserError `site.missing` when it cannot be read.
 */
export function loadSite(file: string): Site {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      "site.missing",
      `${file}: Cannot be read (${(error as NodeJS.ErrnoException).code}). Name a site file: SITE=sites/<name>.yaml`,
    );
  }
  return parseSite(text, file);
}

/** The same for a text. `file` is only for messages. Aliases are limited, so no document grows beyond reason. */
export function parseSite(text: string, file: string): Site {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new SiteProblems(
      file,
      document.errors.map((error): Problem => {
        const { line, col } = lines.linePos(error.pos[0]);
        const key = keyBefore(text, beginOf(document, error.pos[0]));
        return {
          path: `line ${line}, column ${col}${key === "" ? "" : ` (${key})`}`,
          wanted: "YAML",
          found: error.message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, ""),
          fix: "What follows it was not looked at",
        };
      }),
    );
  }
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: 50 }) ?? {};
  } catch (error) {
    throw new SiteProblems(file, [
      {
        path: "",
        wanted: "YAML whose aliases are few and known",
        found: aliasesOf(document, text, error as Error),
        fix: "Write the values out",
      },
    ]);
  }
  const parsed = siteSchema.safeParse(root);
  if (!parsed.success) throw new SiteProblems(file, problemsOf(parsed.error, root, successors, adviceFor));
  const problems = rules.flatMap((rule) => rule(parsed.data)).filter((problem): problem is Problem => Boolean(problem));
  if (problems.length > 0) throw new SiteProblems(file, problems);
  return freeze(siteOf(parsed.data, file));
}

/** Where the value begins that goes on to an offset: a quote that nobody closed is only missed at the end. */
function beginOf(document: Document, offset: number): number {
  let begin = offset;
  visit(document, {
    Scalar: (_, { range }) => {
      if (range && range[0] < offset && range[1] >= offset - 1) begin = range[0];
    },
  });
  return begin;
}

/** Path of the last key that begins before an offset of the text, by its lines and their indentation: the rest may be no YAML. */
function keyBefore(text: string, offset: number): string {
  const path: string[] = [];
  let indent = Infinity;
  for (const line of text.slice(0, offset).split("\n").reverse()) {
    const [, blanks, key] = /^( *)([\w-]+) *:/.exec(line) ?? [];
    if (blanks === undefined || blanks.length >= indent) continue;
    path.unshift(key!);
    indent = blanks.length;
  }
  return path.join(".");
}

function aliasesOf(document: Document, text: string, error: Error): string {
  const keys: string[] = [];
  visit(document, { Alias: (_, alias) => void keys.push(keyBefore(text, alias.range![0])) });
  return `${error.message} at ${keys.join(", ")}`;
}

function siteOf({ site, hosts, cameras, ...rest }: SiteFile, file: string): Site {
  const addresses = addressesOf({ hosts, network: rest.network });
  return {
    name: site,
    file,
    ...rest,
    hosts: Object.entries(hosts).map(([name, host]): Host => ({ name, ...host, address: addresses[name]! })),
    cameras: Object.entries(cameras).map(([name, { title = name, ...camera }]) => ({ name, title, ...camera })),
  };
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
