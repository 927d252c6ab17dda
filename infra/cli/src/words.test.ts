import { readFileSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "@barecast/runner";
import { exitCodes, UserError } from "@barecast/site";
import { projectFolder } from "./context";
import { endingOf, failureJson, failureText, interrupted } from "./words";

const thrown = (code: string, message: string, more: object = {}) => Object.assign(new Error(message), { code, ...more });

test.each<[error: Error, exitCode: number, failure: object | null]>([
  [new UserError("site.missing", "sites/a.yaml: Cannot be read"), 2, { code: "site.missing", message: "sites/a.yaml: Cannot be read" }],
  [new UserError("site.silent", "No answer", 4), 4, { code: "site.silent", message: "No answer" }],
  [
    new RunnerError("step-failed", "replica-web: It does not get healthy", ["nginx: [emerg] unknown directive"]),
    4,
    { code: "step-failed", message: "replica-web: It does not get healthy", evidence: ["nginx: [emerg] unknown directive"] },
  ],
  [new RunnerError("locked", "The state is locked"), 3, { code: "locked", message: "The state is locked" }],
  [interrupted(), 130, { code: "interrupted", message: "Interrupted. The same command goes on from here" }],
  [
    thrown("commander.unknownCommand", "error: unknown command 'foo'", { exitCode: 1 }),
    2,
    { code: "usage", message: "Unknown command 'foo'\nType: ./barecast help" },
  ],
  [thrown("commander.helpDisplayed", "(outputHelp)", { exitCode: 0 }), 0, null],
  [thrown("commander.help", "(outputHelp)", { exitCode: 1 }), 2, null],
  [thrown("commander.version", "0.1.0", { exitCode: 0 }), 0, null],
  [
    thrown("EACCES", "EACCES: permission denied, open '/srv/x'"),
    3,
    { code: "EACCES", message: "EACCES: permission denied, open '/srv/x'. Type sudo before the same command" },
  ],
])("ending %#", (error, exitCode, failure) => expect(endingOf(error)).toEqual({ exitCode, failure }));

test("a bug shows its stack", () => {
  for (const error of [new TypeError("x is not\na function"), thrown("ERR_INVALID_ARG_TYPE", "The argument must be a string")]) {
    const { exitCode, failure } = endingOf(error);
    expect({ exitCode, text: failureText(failure!) }).toEqual({ exitCode: 1, text: `\n${error.stack!.replace(/^ +at /gm, "  at ")}` });
    expect(JSON.parse(failureJson(failure!))).toEqual({
      error: { code: "bug", message: `${error.name}: ${error.message}`, evidence: error.stack!.match(/(?<=^ +)at .*/gm) },
    });
  }
});

test("people read an empty line, the message and the evidence; scripts a line of JSON", () => {
  const failure = { code: "ansible.task", message: "one: docker\nfailed", evidence: ["E: no space", "left"] };
  expect(failureText(failure)).toBe("\none: docker\nfailed\n  E: no space\n  left");
  expect(failureJson(failure)).toBe('{"error":{"code":"ansible.task","message":"one: docker\\nfailed","evidence":["E: no space","left"]}}');
});

test("the exit codes are those of the README, and the scripts around the program know no others", () => {
  const read = (file: string) => readFileSync(path.join(projectFolder, file), "utf8");
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code} ${meaning}`);
  expect(/Exit codes: .*?\./.exec(read("README.md"))?.[0]).toBe(`Exit codes: ${codes.join(", ")}.`);
  const ofScripts = ["barecast", "infra/toolchain/bootstrap"].flatMap((file) => read(file).match(/(?<=\bexit )\d+/g) ?? []);
  expect([...new Set(ofScripts)].sort()).toEqual(["0", "1", "130", "3"]);
});
