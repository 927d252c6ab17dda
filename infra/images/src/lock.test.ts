import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withLock } from "./lock";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "lock-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const isFree = (file: string) => {
  try {
    execFileSync("flock", ["--nonblock", file, "true"]);
    return true;
  } catch {
    return false;
  }
};

test("held while the work runs, free after it, also when it throws", async () => {
  const file = path.join(folder, "deep/lock");
  expect(await withLock(file, async () => isFree(file))).toBe(false);
  expect(isFree(file)).toBe(true);
  await expect(withLock(file, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(isFree(file)).toBe(true);
});

test("a second one waits until the first is done", async () => {
  const file = path.join(folder, "lock");
  const seen: string[] = [];
  const first = withLock(file, async () => {
    seen.push("first begins");
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen.push("first ends");
  });
  const second = withLock(file, async () => void seen.push("second"));
  await Promise.all([first, second]);
  expect([["first begins", "first ends", "second"].join(), ["second", "first begins", "first ends"].join()]).toContain(seen.join());
});

test("a holder that was killed leaves it free", async () => {
  const file = path.join(folder, "lock");
  const script = `process.stdin.resume(); const c = require("child_process").spawn("flock", [process.argv[1], "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] }); c.stdout.once("data", () => console.log("held"));`;
  const holder = spawn(process.execPath, ["-e", script, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  expect(isFree(file)).toBe(false);
  holder.kill("SIGKILL");
  await withLock(file, async () => undefined);
  expect(isFree(file)).toBe(true);
});
