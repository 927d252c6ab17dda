// All tests: `make ok` and the images first, then all that stands on them, the stories among it. Before the last line stands what failed; the last
// line is the sum: `N passed, N failed`.
// A step that breaks without a single failed test counts as one failure: nothing is green that did not run.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";

const reports = path.join(import.meta.dirname, "..", "..", ".cache", "test-reports");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const cache = process.env.BARECAST_CACHE ?? path.join(reports, "..");
// Compiled JavaScript is kept: a third of the time of tests that start many programs.
const env = { NODE_COMPILE_CACHE: path.join(cache, "node"), ...process.env };
/** By ESLint and Prettier themselves: what was found of a file holds until its text, their settings or their version change. */
const cached = (name) => ["--cache", "--cache-strategy", "content", "--cache-location", path.join(cache, "lint", name)];
const node = (...args) => [process.execPath, args];
const bin = (name) => path.join("node_modules", ".bin", name);
const jest = (project) =>
  node(
    bin("jest"),
    "--selectProjects",
    project,
    "--json",
    `--outputFile=${path.join(reports, `${project}.json`)}`,
    ...(project === "unit" ? ["--maxWorkers=100%"] : ["--runInBand"]),
  );

/**
 * A step that doesn't end within `limitMinutes` is ended: a multiple of what it takes on two busy cores.
 * @typedef {{ title: string, command: [string, string[]], report?: string, limitMinutes?: number }} Step
 */
/** @type {Step} */
const stories = { title: "stories", command: jest("e2e"), report: "e2e", limitMinutes: 45 };
/** @type {Step} */
const deploying = { title: "deploying", command: jest("deploy"), report: "deploy", limitMinutes: 45 };
/** @type {Step} */
const trio = { title: "three hosts", command: jest("trio"), report: "trio", limitMinutes: 45 };
/** @type {Step} */
const media = {
  title: "media server",
  command: node("infra/toolchain/mediaTests.mjs", `--outputFile=${path.join(reports, "media.json")}`, "--json"),
  report: "media",
  limitMinutes: 20,
};
/** @type {Step} */
const services = { title: "services", command: jest("services"), report: "services", limitMinutes: 20 };
/** @type {Step} */
const hosts = { title: "hosts", command: jest("hosts"), report: "hosts", limitMinutes: 25 };
/** @type {Step} */
const siteless = { title: "siteless", command: jest("siteless"), report: "siteless", limitMinutes: 15 };

/**
 * One step after the other; those in a list run side by side: each has an engine's objects, ports and networks of its own. Lists within one are
 * one after the other again.
 * @typedef {Step | Plan[]} Plan
 */
/** What the rest stands on. @type {Plan[]} */
const ok = [
  { title: "types", command: node(bin("tsc"), "-b") },
  [
    { title: "lint", command: node(bin("eslint"), ".", "--max-warnings", "0", ...cached("eslint")) },
    { title: "format", command: node(bin("prettier"), "--check", "--log-level", "warn", ...cached("prettier"), ".") },
  ],
  { title: "generated files", command: node("infra/toolchain/generated.mjs", "--check") },
  { title: "unit tests", command: jest("unit"), report: "unit", limitMinutes: 12 },
];
/** @type {Step} */
const images = { title: "images", command: ["./barecast", ["build"]], limitMinutes: 40 };
/** Three that take about as long. @type {Plan[]} */
const lanes = [
  [services, stories],
  [trio, siteless],
  [deploying, media, hosts],
];
/** All but one pair in turn: neither of these judges a picture by the second, and both wait for others half of their time. @type {Plan[]} */
const calm = [media, [services, hosts], siteless, stories, deploying, trio];
/** Each stands for itself: one that fails keeps none of the others from saying what it found. @type {Plan[]} */
const onImages = process.argv.includes("--lanes") ? [lanes] : calm;

/** Characters of one file's failures that the end repeats. */
const mostTold = 4000;
const running = new Set();
/** Niceness (nice(1)) of what tests start on the computer itself. */
const courtesy = 10;
/** What Jest told of each file that failed. It is said again before the sum: of a long log the end is what is read, and sometimes all that is kept. */
const failures = [];
/** Ctrl-C ends what runs, and nothing begins after it: what did not run is no success either. */
let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    isInterrupted = true;
    running.forEach((end) => end(signal));
  });
}

/** What is told while steps run side by side: which of them says it stands before each line. @param {Step} step @param {boolean} isAlone */
async function run({ title, command: [file, args], report, limitMinutes = 10 }, isAlone) {
  const began = Date.now();
  const err = isAlone ? "inherit" : "pipe";
  // In a group of its own, with all that it starts.
  const child = spawn(file, args, { env, stdio: ["ignore", report ? "ignore" : err, err], detached: true });
  if (child.pid) void letOthersFirst(child.pid);
  for (const input of [child.stdout, child.stderr])
    if (input) createInterface({ input }).on("line", (line) => console.error(`${title.padEnd(12)} | ${line}`));
  const end = (signal) => child.pid && process.kill(-child.pid, signal);
  running.add(end);
  let isLate = false;
  const limit = setTimeout(() => (isLate = end("SIGKILL")), limitMinutes * 60_000);
  const status = await new Promise((resolve) => {
    child.once("error", (error) => (console.error(`${title}: ${error.message}`), resolve(1)));
    child.once("exit", (code) => resolve(code ?? 1));
  });
  clearTimeout(limit);
  running.delete(end);
  if (isLate) console.error(`${title}: Ended, because it took more than ${limitMinutes} minutes`);
  let found = { passed: 0, failed: 0 };
  if (report) {
    try {
      const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path.join(reports, `${report}.json`), "utf8"));
      found = { passed: numPassedTests, failed: numFailedTests };
      failures.push(...testResults.filter((file) => file.status === "failed").map(({ name, message }) => `${title}: ${name}\n${message}`));
    } catch (error) {
      console.error(`${title}: No report (${error.message})`);
    }
  }
  if (status !== 0 && found.failed === 0) found.failed = 1;
  console.log(
    `${status === 0 ? "ok  " : "FAIL"} ${title.padEnd(16)} ${((Date.now() - began) / 1000).toFixed(1)} s${report ? `, ${found.passed} passed, ${found.failed} failed` : ""}`,
  );
  return found;
}

/**
 * What is under test comes first. Without systemd all of Docker's containers together weigh as much as one session (sched(7), "The autogroup
 * feature"): beside three lanes, each with the programs that it starts, pictures would stand still. Within a session niceness goes among its own
 * processes alone, so that of the session is set, too, where the kernel has such. What makes a session of its own is as it was.
 * @param {number} pid of a session's leader that has just begun
 */
async function letOthersFirst(pid) {
  const session = `/proc/${pid}/autogroup`;
  // Without root one session in a tenth of a second may be told, of the whole computer.
  for (let left = 5; left > 0; left--) {
    try {
      setPriority(pid, Math.max(courtesy, getPriority(pid)));
      if (existsSync(session)) writeFileSync(session, String(courtesy));
      return;
    } catch (error) {
      // It has ended already, or may not be told: no test depends on it.
      if (error.code !== "EAGAIN") return;
      await delay(150);
    }
  }
}

const sumOf = (founds) => ({
  passed: founds.reduce((sum, { passed }) => sum + passed, 0),
  failed: founds.reduce((sum, { failed }) => sum + failed, 0),
});

/** Of those that are needed, none begins after one that failed; those beside it go on. @param {Plan[]} plans */
async function inTurn(plans, { isAlone, areNeeded }) {
  let sum = { passed: 0, failed: 0 };
  for (const plan of plans) {
    if (isInterrupted || (areNeeded && sum.failed > 0)) break;
    sum = sumOf([sum, Array.isArray(plan) ? await sideBySide(plan) : await run(plan, isAlone)]);
  }
  return sum;
}

/** @param {Plan[]} plans */
const sideBySide = async (plans) =>
  sumOf(await Promise.all(plans.map((plan) => inTurn([plan].flat(), { isAlone: false, areNeeded: false }))));

const isOkAlone = process.argv.includes("--ok");
let sum = await inTurn(isOkAlone ? ok : [...ok, images], { isAlone: true, areNeeded: true });
if (!isOkAlone && sum.failed === 0) sum = sumOf([sum, await inTurn(onImages, { isAlone: true, areNeeded: false })]);
for (const failure of failures) console.log(failure.length > mostTold ? `${failure.slice(0, mostTold)}\n…` : failure);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(!isInterrupted && sum.failed === 0 && sum.passed > 0 ? 0 : 1);
