import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

import { folderOf } from "./folders";

interface Option {
  readonly type: string;
  readonly elements?: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  readonly description: string;
  readonly options?: Readonly<Record<string, Option>>;
}
interface Specs {
  readonly argument_specs: { readonly main: { readonly short_description: string; readonly options: Readonly<Record<string, Option>> } };
}

/** `docs/roles.md`: every role's arguments, from its specification and its defaults. @returns Markdown */
export function rolesDocs(): string {
  const lines = readdirSync(folderOf("roles")).sort().flatMap(roleLines);
  return [
    "# Ansible's roles",
    "",
    "Generated from the roles' `meta/argument_specs.yml` and `defaults/main.yml` in `infra/ansible/roles`. `up` gives every argument without a",
    "default, from the site file: nobody writes an inventory. Each role begins with a preflight, which looks and changes nothing; a role that ran",
    "once changes nothing when it runs again, and check mode (`--check`) tells what it would change.",
    "",
    ...lines,
  ].join("\n");
}

function roleLines(role: string): string[] {
  const read = (file: string) => parse(readFileSync(path.join(folderOf("roles"), role, file), "utf8")) as unknown;
  const { short_description, options } = (read("meta/argument_specs.yml") as Specs).argument_specs.main;
  const defaults = (read("defaults/main.yml") ?? {}) as Record<string, unknown>;
  const rows = Object.entries(options).flatMap(([name, option]) => rowsOf(name, option, name in defaults ? code(defaults[name]) : ""));
  return [
    `## ${role}`,
    "",
    `${short_description}.`,
    "",
    "| argument | type | default | meaning |",
    "|---|---|---|---|",
    ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
    "",
  ];
}

function rowsOf(name: string, option: Option, fallback: string): string[][] {
  const { type, elements, choices, description, options = {} } = option;
  const kind = choices ? choices.map(code).join(", ") : type === "list" && elements ? `list of ${elements}` : type;
  const part = type === "list" ? `${name}[]` : name;
  return [
    [`\`${name}\``, kind, fallback, description],
    ...Object.entries(options).flatMap(([key, child]) => rowsOf(`${part}.${key}`, child, "")),
  ];
}

/** Nothing is no default to look at. */
const code = (value: unknown) => (value === null ? "none" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``);
