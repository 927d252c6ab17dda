import { stripVTControlCharacters } from "node:util";
import type { RunnerError } from "../api";
import { FakeDocker } from "../testing/fakeDocker";
import { Harness } from "../testing/harness";

/** Runs a program that asks for no object. */
async function inHarness<T>(files: Record<string, string>, work: (harness: Harness) => Promise<T>): Promise<T> {
  const harness = new Harness("wire", files);
  await harness.start(new FakeDocker());
  try {
    return await work(harness);
  } finally {
    await harness.stop();
  }
}

const PROGRAM = `"use strict";
const pulumi = require("@pulumi/pulumi");
const { unlinkSync } = require("node:fs");
const seldom = /\\/node_modules\\/(@npmcli\\/arborist|normalize-package-data|typescript|@pulumi\\/pulumi\\/automation)\\//;
const loaded = () => [...new Set(Object.keys(require.cache).flatMap((file) => seldom.exec(file)?.[1] ?? []))].sort();
module.exports = async () => {
  const before = loaded();
  const workspace = typeof pulumi.automation.LocalWorkspace.createStack;
  const { text } = await pulumi.runtime.serializeFunction(() => 42);
  // Looks through all packages of the program: here none.
  unlinkSync(__dirname + "/node_modules");
  await pulumi.runtime.computeCodePaths();
  return { before, workspace, isText: text.includes("return () => 42"), after: loaded() };
};
`;

test("what a program hardly ever needs of the SDK is loaded when it is used, and does then what it should", async () => {
  const { outputs } = await inHarness({ "program.js": PROGRAM }, (harness) => harness.run("up"));
  expect(outputs).toEqual({
    before: [],
    workspace: "function",
    isText: true,
    after: ["@npmcli/arborist", "@pulumi/pulumi/automation", "normalize-package-data", "typescript"],
  });
});

test("the stack of a program's failure is that of its sources", async () => {
  const program = `module.exports = async () => { throw new Error("no such site"); };\n//# sourceMappingURL=program.js.map\n`;
  // Its one line is the seventh of the source.
  const map = { version: 3, sources: ["site.ts"], names: [], mappings: "AAMA" };
  const files = { "program.js": program, "program.js.map": JSON.stringify(map) };
  const { evidence } = (await inHarness(files, (harness) => harness.run("up").catch((error: RunnerError) => error))) as RunnerError;
  const at = expect.stringMatching(/^ *at .*\/program\/site\.ts:7:/) as string;
  expect(evidence.map(stripVTControlCharacters)).toEqual(expect.arrayContaining(["Error: no such site", at]));
});
