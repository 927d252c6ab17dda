import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { answerOf, withProcesses } from "./processes";

/** Tells what it was given and how, as the other side of `optionsOfProcess`: its first message. */
const program = `
  const { argv, execArgv: flags } = process;
  process.once("message", (options) => process.send({ type: "given", options, words: argv.slice(2), flags }));
`;

test("options, which may hold a password, reach a process, and not by its command line, on which Node's flags are", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-bench-"));
  writeFileSync(path.join(folder, "child.js"), program);
  const options = { account: { username: "ada", password: "secret" } };
  const [answer, spawned] = await withProcesses(folder, async (start) => {
    const child = start("child.js", options, ["--max-semi-space-size=16"]);
    return [await answerOf<{ type: "given" }, "given">(child, "given"), child.spawnargs.join(" ")];
  });
  expect(answer).toEqual({ type: "given", options, words: [], flags: ["--max-semi-space-size=16"] });
  expect(spawned).not.toContain("secret");
  rmSync(folder, { recursive: true });
});
