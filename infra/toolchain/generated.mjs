// Makes the generated files again; with --check it only compares, and fails when one differs. Each row: file, and what makes its text.
import { readFileSync, writeFileSync } from "node:fs";

/** @type {{ file: string, make: () => string | Promise<string> }[]} */
const rows = [];

let isStale = false;
for (const { file, make } of rows) {
  const text = await make();
  let found = null;
  try {
    found = readFileSync(file, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (found === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${file}: Differs from what is generated. Run: npm run generate`);
    isStale = true;
  } else writeFileSync(file, text);
}
process.exit(isStale ? 1 : 0);
