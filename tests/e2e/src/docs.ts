import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "./project";

/** The commands of a document's blocks that begin with ```` ```sh ```` (`sh server`: those for a server), block by block, a line each. */
export function blocksOf(file: string, language = "sh"): string[][] {
  const text = readFileSync(path.join(projectFolder, file), "utf8");
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)]
    .filter(([, kind]) => kind === language)
    .map(([, , body]) => body!.split("\n").filter((line) => line !== ""));
}

/** What documents name in their sentences and tables: `./barecast …` and `make …`, once each. */
export const namedCommands = (): string[] => [
  ...new Set(
    ["README.md", ...documents()].flatMap((file) => {
      const text = readFileSync(path.join(projectFolder, file), "utf8").replace(/^```[^]*?^```$/gm, "");
      return [...text.matchAll(/`((?:SITE=\S+ )?\.\/barecast [^`]+|make \w[^`]*)`/g)].map(([, command]) => command!);
    }),
  ),
];

/** The documents for users. */
export const documents = (): string[] =>
  readdirSync(path.join(projectFolder, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name));
