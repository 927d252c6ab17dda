// All tests: `make ok` first, then the streaming stories. The last line is the sum: `N passed, N failed`.
// A step that breaks without a single failed test counts as one failure: nothing is green that did not run.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

const reports = path.join(import.meta.dirname, "..", "..", ".cache", "test-reports");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
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

// A step that doesn't end is ended: `limitMinutes` is a multiple of what it takes on two busy cores.
/** @type {{ title: string, command: [string, string[]], report?: string, limitMinutes?: number }[]} */
const steps = [
  { title: "types", command: node(bin("tsc"), "-b") },
  { title: "lint", command: node(bin("eslint"), ".", "--max-warnings", "0") },
  { title: "format", command: node(bin("prettier"), "--check", "--log-level", "warn", ".") },
  { title: "generated files", command: node("infra/toolchain/generated.mjs", "--check") },
  { title: "unit tests", command: jest("unit"), report: "unit", limitMinutes: 12 },
  ...(process.argv.includes("--ok")
    ? []
    : [
        { title: "images", command: ["./barecast", ["build"]], limitMinutes: 40 },
        {
          title: "media server",
          command: node("infra/toolchain/mediaTests.mjs", `--outputFile=${path.join(reports, "media.json")}`, "--json"),
          report: "media",
          limitMinutes: 12,
        },
        { title: "services", command: jest("services"), report: "services", limitMinutes: 12 },
        { title: "hosts", command: jest("hosts"), report: "hosts", limitMinutes: 20 },
        { title: "stories", command: jest("e2e"), report: "e2e", limitMinutes: 45 },
      ]),
];

const sum = { passed: 0, failed: 0 };
for (const { title, command, report, limitMinutes = 10 } of steps) {
  const began = Date.now();
  const { status, error } = spawnSync(command[0], command[1], {
    stdio: ["ignore", "ignore", "inherit"].map((mode, index) => (report || index === 0 ? mode : "inherit")),
    timeout: limitMinutes * 60_000,
    killSignal: "SIGKILL",
  });
  if (error) console.error(`${title}: ${error.code === "ETIMEDOUT" ? `It did not end within ${limitMinutes} minutes` : error.message}`);
  let found = { passed: 0, failed: 0 };
  if (report) {
    try {
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(path.join(reports, `${report}.json`), "utf8"));
      found = { passed: numPassedTests, failed: numFailedTests };
    } catch (error) {
      console.error(`${title}: No report (${error.message})`);
    }
  }
  if (status !== 0 && found.failed === 0) found.failed = 1;
  sum.passed += found.passed;
  sum.failed += found.failed;
  console.log(
    `${status === 0 ? "ok  " : "FAIL"} ${title.padEnd(16)} ${((Date.now() - began) / 1000).toFixed(1)} s${report ? `, ${found.passed} passed, ${found.failed} failed` : ""}`,
  );
  if (status !== 0) break;
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
