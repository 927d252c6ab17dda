// Makes the generated files again; with --check it only compares, and fails when one differs. Each row: file, and what makes its text.
// Reads the compiled packages: `tsc -b` comes first.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const project = path.join(import.meta.dirname, "..", "..");
const require = createRequire(import.meta.url);
const site = require("@barecast/site");
const stack = require("@barecast/stack");
const ansible = require("@barecast/ansible");
const { exampleDigests: digests, exampleSecrets: secrets } = require(path.join(project, "infra/stack/dist/example.js"));

const replica = () => ({ ...site.loadSite(path.join(project, "sites/replica.yaml")), file: "sites/replica.yaml" });

/** @type {{ file: string, make: () => string }[]} */
const rows = [
  { file: "docs/site.md", make: site.siteDocs },
  { file: "docs/roles.md", make: ansible.rolesDocs },
  { file: "sites/site.schema.json", make: site.jsonSchema },
  { file: "sites/example.yaml", make: site.siteExample },
  {
    file: "infra/stack/expected/replica.json",
    make: () => `${JSON.stringify(stack.stackOf({ site: replica(), secrets, digests }), null, 2)}\n`,
  },
];

let isStale = false;
for (const { file, make } of rows) {
  const whole = path.join(project, file);
  const text = make();
  let found = null;
  try {
    found = readFileSync(whole, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (found === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${file}: Differs from what is generated. Run: npm run generate`);
    isStale = true;
  } else {
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}
process.exit(isStale ? 1 : 0);
