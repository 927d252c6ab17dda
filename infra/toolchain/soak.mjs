// The streaming stories N times over on one site (N=5 by default), without a single retry. Between the runs no task of the site may have
// moved, but for those of `web`, whose setting a story changes and puts back.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const rounds = Number(process.env.N ?? 5);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`N: Expected a whole number above 0, found "${process.env.N}". Type: make soak N=5`);
  process.exit(2);
}
const folder = mkdtempSync(path.join(tmpdir(), "barecast-soak-"));
const env = { ...process.env, BARECAST_E2E_RUN: folder };
const jest = ["node_modules/.bin/jest", "--selectProjects=e2e", "--runInBand", "--testPathIgnorePatterns=upAndDown"];

function tasks() {
  const found = execFileSync("docker", ["ps", "--filter", "label=barecast.site=e2e", "--format", "{{.Names}}"], {
    encoding: "utf8",
  }).trim();
  const list = "docker service ls -q | xargs docker service ps --filter desired-state=running --format '{{.Name}} {{.ID}}'";
  const lines = execFileSync("docker", ["exec", found, "sh", "-c", list], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line !== "" && !/^[^ ]*-web\./.test(line)).sort();
}

const results = [];
let first = null;
for (let round = 1; round <= rounds; round += 1) {
  const began = Date.now();
  const { status } = spawnSync(process.execPath, jest, { env, stdio: ["ignore", "inherit", "inherit"] });
  const now = tasks();
  first ??= now;
  const moved = now.filter((task) => !first.includes(task));
  results.push(status === 0 && moved.length === 0);
  console.log(
    `round ${round}: ${status === 0 ? "green" : "red"}, ${moved.length === 0 ? "no task moved" : `moved: ${moved.join(", ")}`}, ${Math.round((Date.now() - began) / 1000)} s`,
  );
}
const record = path.join(folder, "site.json");
if (existsSync(record)) {
  const { siteFile, env: own } = JSON.parse(readFileSync(record, "utf8"));
  spawnSync("./barecast", ["down"], { env: { ...process.env, ...own, SITE: siteFile }, stdio: ["ignore", "ignore", "inherit"] });
}
rmSync(folder, { recursive: true, force: true });
console.log(`${results.filter(Boolean).length} passed, ${results.filter((isGood) => !isGood).length} failed`);
process.exit(results.every(Boolean) ? 0 : 1);
