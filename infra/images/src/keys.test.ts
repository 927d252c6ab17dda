import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { hashFiles, imageKeys } from "./keys";
import { inputsOf } from "./recipes";

const real = path.join(__dirname, "../../..");
let project: string;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), "keys-"));
  const inputs = ["base", "redis", "node", "reaper"].flatMap((name) => inputsOf(name as "redis"));
  for (const file of new Set(inputs)) cpSync(path.join(real, file), path.join(project, file), { recursive: true });
  writeFileSync(path.join(project, "package-lock.json"), JSON.stringify({ packages: {} }));
});
afterEach(() => rmSync(project, { recursive: true }));

const keys = () => imageKeys(project, "packages", ["base", "redis", "node", "reaper"]);

test("nothing changed: the same keys", () => {
  expect(keys()).toEqual(keys());
  expect(Object.values(keys()).filter((key) => !/^[0-9a-f]{16}$/.test(key))).toEqual([]);
});

test("a changed recipe changes its image and no other", () => {
  const before = keys();
  writeFileSync(path.join(project, "services/redis/Dockerfile"), "FROM scratch\n");
  expect(keys()).toEqual({ ...before, redis: expect.not.stringMatching(before.redis!) as string });
});

test("a changed base changes everything on it", () => {
  const before = keys();
  writeFileSync(path.join(project, "services/base/rootfs"), "#!/bin/sh\n");
  const after = keys();
  expect(Object.keys(before).filter((name) => before[name as "base"] === after[name as "base"])).toEqual([]);
});

test("what a compiler wrote or npm installed does not count, nor do tests; a mode does", () => {
  mkdirSync(path.join(project, "a/dist"), { recursive: true });
  writeFileSync(path.join(project, "a/run"), "x", { mode: 0o755 });
  writeFileSync(path.join(project, "a/dist/main.js"), "y");
  writeFileSync(path.join(project, "a/main.test.ts"), "y");
  const sha = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
  expect(hashFiles(project, ["a"])).toEqual([`a/run x ${sha}`]);
});
