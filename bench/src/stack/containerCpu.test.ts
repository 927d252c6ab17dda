import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cpuScript, secondsOf } from "./containerCpu";

test("CPU time of both versions of cgroups, in seconds", () => {
  expect(secondsOf("1500000\n")).toBe(1.5);
  expect(secondsOf("1500000000 ns\n")).toBe(1.5);
  expect(() => secondsOf("")).toThrow('Expected a number, found ""');
});

test.each([
  ["version 1, cgroupfs", "cpuacct/docker/abc/cpuacct.usage", "1500000000\n"],
  ["version 1, systemd", "cpuacct/system.slice/docker-abc.scope/cpuacct.usage", "1500000000\n"],
  ["version 2, cgroupfs", "docker/abc/cpu.stat", "usage_usec 1500000\nuser_usec 900000\nsystem_usec 600000\n"],
  ["version 2, systemd", "system.slice/docker-abc.scope/cpu.stat", "usage_usec 1500000\nuser_usec 900000\n"],
])("a container's CPU time is found: %s", (_name, file, text) => {
  const root = mkdtempSync(path.join(tmpdir(), "barecast-cgroup-"));
  const inside = path.join(root, file);
  mkdirSync(path.dirname(inside), { recursive: true });
  writeFileSync(inside, text);
  const run = (id: string) => spawnSync("sh", ["-c", cpuScript(root), "sh", id], { encoding: "utf8" });
  expect(secondsOf(run("abc").stdout)).toBe(1.5);
  expect(run("abd")).toMatchObject({ status: 1, stdout: "", stderr: "no cgroup of the container abd\n" });
  rmSync(root, { recursive: true });
});
