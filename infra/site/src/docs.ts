import { z } from "zod";
import { siteSchema } from "./schema";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly "x-security"?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** The site file's JSON Schema, for editors' completion. */
export const jsonSchema = () => `${JSON.stringify(z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }), null, 2)}\n`;

const root = () => z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }) as Node;

/** Every key of a site file, in the schema's order. */
export const siteKeys = (): Row[] => rowsOf("", root());

/** What a key says that has no security consequence; a key that says nothing has forgotten to. */
const none = "none";

/** `docs/site.md`: every key with type, default, meaning and what it means for the site's security. */
export function siteDocs(): string {
  const cells = ({ path, type, fallback, text, security }: Row) => [
    `\`${path}\``,
    type,
    fallback,
    text,
    security === none ? "–" : security,
  ];
  const rows = siteKeys().map((row) => `| ${cells(row).map(escaped).join(" | ")} |`);
  return [
    "# The site file",
    "",
    "Generated from the schema in `infra/site`. One file describes a site; unknown keys are errors. `sites/example.yaml` has every key with its",
    "prose, `sites/minimal.yaml` the few that a site needs. Editors complete and check the keys by `sites/site.schema.json`. A dash: the key has no",
    "security consequence. What belongs to a group of keys stands at each of them.",
    "",
    "| key | type | default | meaning | security |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

const escaped = (cell: string) => cell.replaceAll("|", "\\|");

interface Row {
  readonly path: string;
  /** Whether other keys stand below it, which hold the values. */
  readonly isGroup: boolean;
  readonly type: string;
  readonly fallback: string;
  readonly text: string;
  readonly security: string;
}

/** `given`: the map's own default, which holds for its keys. */
function rowsOf(prefix: string, node: Node, given: unknown = node.default): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const named = namedOf(child);
    const own = defaultOf(child, key, given);
    const below = named ? rowsOf(`${path}.<name>`, named) : rowsOf(path, child, own);
    const row = {
      path,
      isGroup: below.length > 0,
      type: typeOf(child),
      fallback: own === undefined && node.required?.includes(key) ? "required" : fallbackOf(own),
      text: child.description ?? "",
      security: child["x-security"] ?? "",
    };
    return [row, ...below];
  });
}

/** What a key is where it is left out: as its map's default has it, or as its own. */
const defaultOf = (child: Node, key: string, given: unknown) => (isMap(given) && key in given ? given[key] : child.default);

const namedOf = ({ additionalProperties }: Node) => (typeof additionalProperties === "object" ? additionalProperties : undefined);

function typeOf(node: Node): string {
  if (namedOf(node)) return "map of names";
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (node.type === "array") return `list of ${node.items?.enum?.join(", ") ?? node.items?.type ?? "values"}`;
  return node.type ?? "";
}

const fallbackOf = (value: unknown) => (value === undefined || isMap(value) ? "" : `\`${flow(value)}\``);
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const flow = (value: unknown) => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

/** `sites/example.yaml`: a site with every key, each with its prose. What it says is what the schema says. */
export function siteExample(): string {
  return [
    "# Every key of a site file, with what it means. Generated from the schema in infra/site, and a site that can be loaded: take what you need.",
    "# yaml-language-server: $schema=site.schema.json",
    ...exampleOf(root(), "").flatMap((lines) => ["", ...lines]),
    "",
  ].join("\n");
}

/** Keys that only stand instead of another, and are shown as a comment. */
const alternatives = ["machine"];

/** The lines of each key of a map: its prose, then its value. `given`: the map's own default, which holds for its keys. */
function exampleOf(node: Node, indent: string, given: unknown = node.default): string[][] {
  return Object.entries(node.properties ?? {}).map(([key, child]) => {
    const own = defaultOf(child, key, given);
    const named = namedOf(child);
    const names = named ? Object.keys((child.examples?.[0] ?? {}) as object) : [];
    const entries = named ? names.flatMap((name) => [`${indent}  ${name}:`, ...exampleOf(named, `${indent}    `).flat()]) : [];
    const below = named ? entries : exampleOf(child, `${indent}  `, own).flat();
    const value = below.length > 0 ? [`${indent}${key}:`, ...below] : [`${indent}${key}: ${scalar(child.examples?.[0] ?? own)}`];
    return [...prose(child, own, indent), ...(alternatives.includes(key) ? value.map((line) => commented(line, indent)) : value)];
  });
}

const commented = (line: string, indent: string) => `${indent}# ${line.slice(indent.length)}`;
const scalar = (value: unknown) => (typeof value === "string" && /^[\d.]+$/.test(value) ? `"${value}"` : flow(value));

const width = 120;
function prose(node: Node, own: unknown, indent: string): string[] {
  const fallback = node.examples ? "" : fallbackOf(own).replaceAll("`", "");
  const security = node["x-security"] ?? none;
  const said = [`${node.description ?? ""}.`, security !== none && `Security: ${security}.`, fallback && `Default: ${fallback}.`];
  const words = said.filter(Boolean).join(" ").split(" ");
  const lines = words.reduce<string[]>((all, word) => {
    const last = all.at(-1);
    return last !== undefined && `${last} ${word}`.length <= width - indent.length - 2
      ? [...all.slice(0, -1), `${last} ${word}`]
      : [...all, word];
  }, []);
  return lines.map((line) => `${indent}# ${line}`);
}
