import { z } from "zod";
import { siteSchema } from "./schema";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** The site file's JSON Schema, for editors' completion. */
export const jsonSchema = () => `${JSON.stringify(z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }), null, 2)}\n`;

/** `docs/site.md`: every key with type, default and meaning. */
export function siteDocs(): string {
  const root = z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }) as Node;
  const rows = rowsOf("", root).map(({ path, type, fallback, text }) => `| \`${path}\` | ${type} | ${fallback} | ${text} |`);
  return [
    "# The site file",
    "",
    "Generated from the schema in `infra/site`. One file describes a site; unknown keys are errors.",
    "",
    "| key | type | default | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function rowsOf(prefix: string, node: Node): { path: string; type: string; fallback: string; text: string }[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const named = typeof child.additionalProperties === "object" ? child.additionalProperties : null;
    const row = {
      path,
      type: named
        ? "map of names"
        : (child.enum?.map((value) => `\`${String(value)}\``).join(", ") ??
          (child.type === "array" ? `list of ${child.items?.enum?.join(", ") ?? child.items?.type ?? "values"}` : (child.type ?? ""))),
      fallback: child.default === undefined || typeof child.default === "object" ? "" : `\`${String(child.default)}\``,
      text: (child.description ?? "").replaceAll("|", "\\|"),
    };
    return [row, ...rowsOf(named ? `${path}.<name>` : path, named ?? child)];
  });
}
