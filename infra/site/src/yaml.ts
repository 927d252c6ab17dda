import { isScalar, LineCounter, parseDocument, visit, type Document, type Node, type Pair, type YAMLError } from "yaml";
import { SiteProblems, type Problem } from "./problems";

/**
 * The plain value of a text. Aliases are limited, so no document grows beyond reason. `file` is only for messages.
 * @throws SiteProblems with the place, and the key, of each thing in it that is no YAML.
 */
export function valueOf(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const placeOf = (offset: number, key: string) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}${key === "" ? "" : ` (${key})`}`;
  };
  if (document.errors.length > 0) {
    throw new SiteProblems(
      file,
      document.errors.map((error) => problemOf(document, text, error, placeOf)),
    );
  }
  const unseen = unseenNames(document);
  if (unseen.length > 0) throw new SiteProblems(file, unseen);
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    throw new SiteProblems(file, aliasProblems(document, error as Error, placeOf));
  }
}

type PlaceOf = (offset: number, key: string) => string;

function problemOf(document: Document, text: string, { code, message, pos: [offset] }: YAMLError, placeOf: PlaceOf): Problem {
  if (code === "DUPLICATE_KEY") {
    const path = pathAt(document, offset);
    const wanted = "a key that stands once";
    return { path: placeOf(offset, path), wanted, found: `"${path.split(".").at(-1)}" a second time`, fix: "Keep one of them" };
  }
  if (code === "MULTIPLE_DOCS") {
    return { path: placeOf(offset, ""), wanted: "one document", found: "a second one", fix: "Give each site a file of its own" };
  }
  return {
    path: placeOf(offset, keyBefore(text, beginOf(document, offset))),
    wanted: "YAML",
    found: message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, ""),
    fix: "What follows it was not looked at",
  };
}

/** A name that JavaScript's objects keep to themselves: whatever reads them would not see it. */
function unseenNames(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair: (_, pair, above) => {
      if (!isScalar(pair.key) || pair.key.value !== "__proto__") return;
      problems.push({ path: pathOf([...above, pair]), wanted: "a name", found: '"__proto__"', fix: "Rename it" });
    },
  });
  return problems;
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

/** Path of the key that begins at an offset. */
function pathAt(document: Document, offset: number): string {
  let path = "";
  visit(document, {
    Pair: (_, pair, above) => {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      path = pathOf([...above, pair]);
      return visit.BREAK;
    },
  });
  return path;
}

const pathOf = (nodes: readonly (Document | Node | Pair)[]) =>
  nodes.flatMap((node) => ("key" in node && isScalar(node.key) ? [String(node.key.value)] : [])).join(".");

/** Each alias that names nothing before it; where there is none, the first, of too many. */
function aliasProblems(document: Document, error: Error, placeOf: PlaceOf): Problem[] {
  const anchors = new Set<string>();
  const aliases: { readonly path: string; readonly source: string; readonly isKnown: boolean }[] = [];
  visit(document, {
    Value: (_, { anchor }) => void (anchor === undefined || anchors.add(anchor)),
    Alias: (_, { source, range }, above) => {
      aliases.push({ path: placeOf(range![0], pathOf(above)), source, isKnown: anchors.has(source) });
    },
  });
  const unknown = aliases.filter(({ isKnown }) => !isKnown);
  return (unknown.length > 0 ? unknown : aliases.slice(0, 1)).map(({ path, source, isKnown }) => ({
    path,
    wanted: "YAML whose aliases are few and known",
    found: isKnown ? error.message : `*${source}, which names nothing before it`,
    fix: "Write the values out",
  }));
}
