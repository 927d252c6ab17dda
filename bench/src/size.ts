import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "@barecast/e2e";
import ts from "typescript";
import { median, percentile } from "./numbers";
import type { Figure } from "./report";

/** Lines of the files of a folder, and of each function in them. Tests and what is generated don't count. */
interface Size {
  readonly files: readonly number[];
  readonly functions: readonly number[];
}

const layers = ["infra", "services", "apps"].flatMap((top) =>
  readdirSync(path.join(projectFolder, top), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${top}/${name}`),
);

/** How large each layer's program is, and its pieces. Told for information. */
export const size = async (): Promise<Figure[]> =>
  [...layers, "tests/e2e", "bench"].flatMap((layer) => {
    const { files, functions } = sizeOf(path.join(projectFolder, layer));
    if (files.length === 0) return [];
    const piece = (what: string, lines: readonly number[]) =>
      lines.length === 0 ? `no ${what}` : `${lines.length} ${what} (median ${median(lines)}, p90 ${percentile(lines, 0.9)} lines)`;
    const value = files.reduce((sum, lines) => sum + lines, 0);
    return [{ name: layer, value, unit: "lines", detail: `${piece("files", files)}, ${piece("functions", functions)}` }];
  });

function sizeOf(folder: string): Size {
  const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isProgram(path.relative(folder, path.join(entry.parentPath, entry.name))))
    .map(({ parentPath, name }) => ({ name, text: readFileSync(path.join(parentPath, name), "utf8") }));
  return {
    files: texts.map(({ text }) => text.trimEnd().split("\n").length),
    functions: texts.flatMap(({ name, text }) => functionLines(name, text)),
  };
}

/** TypeScript that is written by hand and runs at a site, or makes one. */
const isProgram = (file: string): boolean =>
  /\.tsx?$/.test(file) && !/\.(test|itest|story|d)\.tsx?$/.test(file) && !/(^|\/)(dist|node_modules|testing)\//.test(file);

/** Lines of each function, method and arrow function with a body of statements. */
export function functionLines(name: string, text: string): number[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const found: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body && ts.isBlock(node.body))
      found.push(lineOf(node.end) - lineOf(node.getStart(source)) + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
