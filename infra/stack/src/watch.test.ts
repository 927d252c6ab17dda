import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { watched, watchScript } from "./watch";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "watch-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const mark = () => path.join(folder, "healthy");
const looked = () => readFileSync(path.join(folder, "looks"), "utf8").length;
/** Runs the script around a check: `sh` text that is told how many looks came before, and is counted. */
function watch(check: string, limitS = 10) {
  const script = watchScript({ mark: mark(), limitS, pauseS: 0.01, failedPauseS: 0.01, looks: 4 });
  writeFileSync(path.join(folder, "looks"), "");
  const counted = `cd ${folder}; n=$(wc -c <looks); printf . >>looks; ${check}`;
  const { status, stdout } = spawnSync("sh", ["-c", script, "health", "sh", "-c", counted], { encoding: "utf8" });
  return { status, said: stdout.trim(), looks: looked() };
}

test("one look until a container was healthy, as many as are wanted from then on", () => {
  expect(watch("echo down; exit 3")).toEqual({ status: 1, said: "down", looks: 1 });
  expect(existsSync(mark())).toBe(false);
  expect(watch("true")).toEqual({ status: 0, said: "", looks: 1 });
  expect(existsSync(mark())).toBe(true);
  expect(watch("true")).toEqual({ status: 0, said: "", looks: 4 });
});

test("a watch ends with the first look that fails, and says what it found; what good ones print is not told", () => {
  watch("true");
  expect(watch('echo good; [ "$n" -lt 2 ] || exit 7')).toEqual({ status: 1, said: "good", looks: 3 });
});

test("after a failure one look is a watch, until one is good: Docker counts failures in a row", () => {
  watch("true");
  const failed = { status: 1, said: "down", looks: 1 };
  expect([watch("echo down; exit 1"), watch("echo down; exit 1")]).toEqual([failed, failed]);
  expect(watch("true")).toEqual({ status: 0, said: "", looks: 1 });
  expect(watch("true")).toEqual({ status: 0, said: "", looks: 4 });
});

test("a check that doesn't answer has failed, before and after it was healthy", () => {
  const late = { status: 1, said: "No answer within 0.1 s", looks: 1 };
  expect(watch("exec sleep 60", 0.1)).toEqual(late);
  watch("true");
  expect(watch("exec sleep 60", 0.1)).toEqual(late);
});

test("where the mark can't be written, each look is one process, and good", () => {
  const script = watchScript({ mark: "/proc/nothing/healthy", limitS: 10, pauseS: 60, failedPauseS: 60, looks: 4 });
  expect(spawnSync("sh", ["-c", script, "health", "true"]).status).toBe(0);
});

test("arguments reach the check as they are", () => {
  const script = watchScript({ mark: mark(), limitS: 10, pauseS: 0, failedPauseS: 0, looks: 1 });
  const check = ["sh", "-c", 'printf "<%s>" "$@"; exit 1', "check", "a b", "$c", "'"];
  expect(spawnSync("sh", ["-c", script, "health", ...check], { encoding: "utf8" }).stdout).toBe("<a b><$c><'>\n");
});

test("Docker is told of a look after a second, and of limits that no watch reaches; looks are by the interval, ten seconds after a failure", () => {
  const check = { test: ["CMD", "/bin/check", "it"], intervalMs: 30_000, timeoutMs: 10_000, retries: 3, startPeriodMs: 20_000 };
  const { test, ...times } = watched(check);
  expect(test).toEqual(["CMD", "/bin/sh", "-c", expect.stringContaining("timeout -k 1 10 "), "health", "/bin/check", "it"]);
  expect(test[3]).toMatch(/sleep 9; }[^]*sleep 30\n/);
  expect(times).toEqual({ intervalMs: 1_000, timeoutMs: 440_000, retries: 3, startPeriodMs: 20_000 });
  expect(() => watched({ ...check, test: ["CMD-SHELL", "true"] })).toThrow("Expected a healthcheck in exec form (CMD), found CMD-SHELL");
});
