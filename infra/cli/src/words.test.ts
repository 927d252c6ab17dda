import { RunnerError } from "@barecast/runner";
import { UserError } from "@barecast/site";
import { endingOf, interrupted } from "./words";

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each([
  [new UserError("site.missing", "sites/a.yaml: Cannot be read"), { exitCode: 2, words: "\nsites/a.yaml: Cannot be read" }],
  [
    new RunnerError("step-failed", "replica-web: It does not get healthy", ["nginx: [emerg] unknown directive"]),
    { exitCode: 4, words: "\nreplica-web: It does not get healthy\n  nginx: [emerg] unknown directive" },
  ],
  [new RunnerError("locked", "The state is locked"), { exitCode: 3, words: "\nThe state is locked" }],
  [interrupted(), { exitCode: 130, words: "\nInterrupted. The same command goes on from here" }],
  [Object.assign(failure("commander.unknownCommand", "error: unknown command"), { exitCode: 1 }), { exitCode: 2, words: "" }],
  [Object.assign(failure("commander.help", "(outputHelp)"), { exitCode: 0 }), { exitCode: 0, words: "" }],
  [
    failure("EACCES", "EACCES: permission denied, open '/srv/x'"),
    { exitCode: 3, words: "\nEACCES: permission denied, open '/srv/x'. Type sudo before the same command" },
  ],
])("ending %#", (error, ending) => expect(endingOf(error)).toEqual(ending));

test("a bug shows its stack", () => {
  for (const error of [new TypeError("x is not a function"), failure("ERR_INVALID_ARG_TYPE", "The argument must be a string")])
    expect(endingOf(error)).toEqual({ exitCode: 1, words: error.stack });
});
