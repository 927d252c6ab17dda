import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { makeScratch } from "./scratch";

test("a scratch folder is this user's alone, and those of processes that are gone are removed", () => {
  const left = path.join(os.tmpdir(), `barecast-runner-${2 ** 22 + 1}-left`);
  mkdirSync(left);
  const made = makeScratch("runner");
  const mode = statSync(made).mode & 0o777;
  rmSync(made, { recursive: true });
  expect([mode, existsSync(left)]).toEqual([0o700, false]);
});
