// The streaming stories N times over on one site (N=5 by default), without a single retry. No task may have moved meanwhile but by a setting
// that a story changed: no task may have failed, and a service that nobody updated has the tasks that it had. Stories that stop services on
// purpose, or work on sites of their own, are no part of it.
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
const streaming = "stories/(camera|phone|refusals|settings|strictNetworks)\\.";
const jest = ["node_modules/.bin/jest", "--selectProjects=e2e", "--runInBand", `--testPathPatterns=${streaming}`];

/** Every service's version and running tasks, and every task that failed. */
function look() {
  const found = execFileSync("docker", ["ps", "--filter", "label=barecast.site=e2e", "--format", "{{.Names}}"], {
    encoding: "utf8",
  }).trim();
  const inside = (command) => execFileSync("docker", ["exec", found, "sh", "-c", command], { encoding: "utf8" }).trim().split("\n");
  const versions = inside("docker service ls -q | xargs docker service inspect --format '{{.Spec.Name}} {{.Version.Index}}'");
  const tasks = inside("docker service ls -q | xargs docker service ps --format '{{.Name}} {{.ID}} {{.DesiredState}} {{.CurrentState}}'");
  const rows = tasks.map((line) => line.replace(/^[\\_ ]+/, "").split(" "));
  const running = (service) =>
    rows.filter(([name, , desired]) => name.startsWith(`${service}.`) && desired === "Running").map(([, id]) => id);
  const services = versions
    .map((line) => line.split(" "))
    .map(([name, version]) => [name, { version, tasks: running(name).sort().join() }]);
  const failed = rows.filter(([, , , state]) => /^(Failed|Rejected|Orphaned)$/.test(state)).map(([name, id]) => `${name} ${id}`);
  return { services: new Map(services), failed };
}

/** What moved between two looks without a change that somebody asked for. */
function movedBetween(before, after) {
  const strayed = [...after.services].filter(([name, now]) => {
    const then = before.services.get(name);
    return then?.version === now.version && then.tasks !== now.tasks;
  });
  return [...strayed.map(([name]) => name), ...after.failed.filter((task) => !before.failed.includes(task))];
}

/** How many pictures were watched again so far, because the computer's host took its time. */
function watchedAgain() {
  const file = path.join(folder, "watchedAgain");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
}

const results = [];
let last = null;
for (let round = 1; round <= rounds; round += 1) {
  const [began, watched] = [Date.now(), watchedAgain()];
  const { status } = spawnSync(process.execPath, jest, { env, stdio: ["ignore", "inherit", "inherit"] });
  const now = look();
  const moved = movedBetween(last ?? { services: new Map(), failed: [] }, now);
  last = now;
  results.push(status === 0 && moved.length === 0);
  console.log(
    `round ${round}: ${status === 0 ? "green" : "red"}, ${moved.length === 0 ? "no task moved" : `moved: ${moved.join(", ")}`}, ${watchedAgain() - watched} watched again, ${Math.round((Date.now() - began) / 1000)} s`,
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
