import { z } from "zod";
import { siteSchema } from "./schema";

/** As much of a JSON Schema as tells what a key may be. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

let root: Node | undefined;

/**
 * What to write in place of a value that is wrong, by what the schema says of its key: the default, an example, or where it is explained.
 * Pure. `path`: keys from the root of the file down.
 */
export function adviceFor(path: readonly string[]): string {
  root ??= z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }) as Node;
  const node = path.reduce<Node | undefined>(under, root);
  if (isScalar(node?.default)) return `Leave it out for its default, ${node.default}`;
  const example = node?.examples?.find(isScalar);
  return example === undefined ? "docs/site.md says what belongs there" : `For example: ${example}`;
}

const under = (node: Node | undefined, key: string): Node | undefined => {
  if (node?.anyOf) return node.anyOf.map((one) => under(one, key)).find((found) => found !== undefined);
  const others = typeof node?.additionalProperties === "object" ? node.additionalProperties : undefined;
  return node?.properties?.[key] ?? (/^\d+$/.test(key) ? node?.items : undefined) ?? others;
};

const isScalar = (value: unknown): value is string | number | boolean =>
  ["number", "boolean"].includes(typeof value) || (typeof value === "string" && value !== "");
