import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withLock, type LockOptions } from "./lock";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "lock-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const isFree = (file: string, mode = "--exclusive") => {
  try {
    execFileSync("flock", ["--nonblock", mode, file, "true"]);
    return true;
  } catch {
    return false;
  }
};
const options: LockOptions = { purpose: "the build of /srv/barecast" };

test("held while the work runs, free after it, also when it throws", async () => {
  const file = path.join(folder, "deep/lock");
  expect(await withLock(file, options, async () => isFree(file))).toBe(false);
  expect(isFree(file)).toBe(true);
  await expect(withLock(file, options, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(isFree(file)).toBe(true);
});

test("a second one waits until the first is done, and hears who that is", async () => {
  const file = path.join(folder, "lock");
  const seen: string[] = [];
  let hear: (holder: string) => void;
  const heard = new Promise<string>((resolve) => (hear = resolve));
  await new Promise<void>((entered) => {
    void withLock(file, options, async () => {
      entered();
      await heard;
      seen.push("first ends");
    });
  });
  await withLock(file, { purpose: "second", onWait: hear! }, async () => void seen.push("second"));
  expect(seen).toEqual(["first ends", "second"]);
  expect(await heard).toMatch(new RegExp(`^the build of /srv/barecast \\(pid ${process.pid}, since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\)$`));
});

test("those who share it are in together, who wants it alone is not", async () => {
  const file = path.join(folder, "lock");
  const found = await withLock(file, { ...options, isShared: true }, () =>
    withLock(file, { ...options, isShared: true }, async () => [isFree(file, "--shared"), isFree(file)]),
  );
  expect(found).toEqual([true, false]);
});

test("who wants it alone hears all who share it, and nobody who was killed", async () => {
  const file = path.join(folder, "lock");
  const refuse = (holder: string) => new Error(holder);
  const refusal = () => withLock(file, { purpose: "third", refuse }, async () => "in").catch(({ message }: Error) => message);
  writeFileSync(`${file}.holder-killed`, JSON.stringify({ pid: 2 ** 30, purpose: "the killed", since: "2026-01-01T00:00:00Z" }));
  const heard = await withLock(file, { purpose: "first", isShared: true }, async () => {
    const both = await withLock(file, { purpose: "second", isShared: true }, refusal);
    return [both, await refusal()].map((text) => text.replace(/ \(pid \d+, since [^)]*\)/g, ""));
  });
  expect(heard).toEqual(["first and second", "first"]);
  expect(await refusal()).toBe("in");
  expect(readdirSync(folder)).toEqual(["lock"]);
});

test("one who may not wait is refused with who holds it", async () => {
  const file = path.join(folder, "lock");
  const refuse = (holder: string) => new Error(`Held by ${holder}`);
  await withLock(file, options, () =>
    expect(withLock(file, { ...options, refuse }, async () => "in")).rejects.toThrow(/^Held by the build of/),
  );
  expect(await withLock(file, { ...options, refuse }, async () => "in")).toBe("in");
});

test("one who waits can be stopped", async () => {
  const file = path.join(folder, "lock");
  const abort = new AbortController();
  await withLock(file, options, async () => {
    const waiting = withLock(file, { ...options, signal: abort.signal }, async () => "in");
    abort.abort();
    await expect(waiting).rejects.toThrow("flock ended with a signal before it held the lock");
  });
});

test("a holder that was killed leaves it free", async () => {
  const file = path.join(folder, "lock");
  const script = `process.stdin.resume(); const c = require("child_process").spawn("flock", [process.argv[1], "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] }); c.stdout.once("data", () => console.log("held"));`;
  const holder = spawn(process.execPath, ["-e", script, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  expect(isFree(file)).toBe(false);
  holder.kill("SIGKILL");
  await withLock(file, options, async () => undefined);
  expect(isFree(file)).toBe(true);
});
