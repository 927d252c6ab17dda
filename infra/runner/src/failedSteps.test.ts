import { readFileSync } from "node:fs";
import path from "node:path";
import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, failureOf, HEAD, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string): Promise<void> => void (harness = await begun(program));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test("a service that doesn't run is an error with its tasks, stays in the state, and is repaired by the next run", async () => {
  await begin(PLATFORM);
  harness.docker.fails = { "kill-base": "never" };
  const error = await failureOf(harness.run("up", { timeout: "1s" }));
  expect(error).toMatchObject({
    code: "step-failed",
    message: "base: Failed to create: The service doesn't run: after 1 s: 0 of 1 tasks are running",
  });
  expect(error.evidence[0]).toMatch(/^task .*: rejected: No such image: base:bookworm$/);
  const base = (await harness.resources()).find(({ urn }) => urn.endsWith("::base"))!;
  expect(base.initErrors).toEqual(["The service doesn't run: after 1 s: 0 of 1 tasks are running"]);
  harness.docker.fails = {};
  const repaired = await harness.run("up", { timeout: "1s" });
  expect(repaired.changes).toEqual({ same: 5, update: 1, create: 1 });
  expect((await harness.run("up", { timeout: "1s" })).changes).toEqual({ same: 7 });
});

test("a service whose tasks end one after the other is told at once, with their errors and last log lines", async () => {
  await begin(PLATFORM);
  harness.docker.fails = { "kill-base": "crash" };
  const error = await failureOf(harness.run("up", { timeout: "40s" }));
  const { id } = [...harness.docker.stored.services.values()][0]!;
  const tasks = [3, 2, 1, 0].map((n) => `task ${id}.0.${n} on node node1: failed: task: non-zero exit (3)`);
  expect({ message: error.message, evidence: error.evidence }).toEqual({
    message: "base: Failed to create: The service doesn't run: 4 tasks ended one after the other, the last: task: non-zero exit (3)",
    evidence: [...tasks, `log: no camera: ${id}.0.3`],
  });
  // What ended before the next run doesn't count in it.
  harness.docker.fails = {};
  expect((await harness.run("up")).changes).toEqual({ same: 5, update: 1, create: 1 });
});

test("an update that Docker rolls back is an error, and the next run sends it again", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  harness.docker.fails = { "kill-base": "rollback" };
  const error = await failureOf(harness.run("up", { content: "two" }));
  expect(error.message).toBe("base: Failed to update: Docker rolled the update back (rollback_completed: rollback completed)");
  expect(error.evidence).toEqual([
    expect.stringMatching(/^task .*: failed: task: non-zero exit \(3\)$/),
    expect.stringMatching("log: no camera"),
  ]);
  expect(writes().filter((write) => write.startsWith("DELETE"))).toEqual([]);
  harness.docker.fails = {};
  await harness.run("up", { content: "two" });
  expect(writes()).toEqual(["POST /services/<id>/update kill-base", expect.stringMatching("DELETE"), expect.stringMatching("DELETE")]);
});

test("an update that Docker rolled back and that nobody wants any more: nothing is sent", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  harness.docker.fails = { "kill-base": "rollback" };
  await failureOf(harness.run("up", { content: "two" }));
  harness.docker.fails = {};
  harness.docker.writes.length = 0;
  await harness.run("up");
  expect(writes().filter((write) => write.includes("kill-base"))).toEqual([]);
  expect((await harness.run("up")).changes).toEqual({ same: 7 });
});

test("a dynamic resource whose update failed is updated again, even when the program takes its change back", async () => {
  const program = `${HEAD}
    class Hosts extends pulumi.dynamic.Resource {
      constructor(name, props) {
        super({
          create: async (inputs) => ({ id: "hosts", outs: inputs }),
          diff: async (_id, olds, news) => ({ changes: olds.digest !== news.digest }),
          update: async (_id, _olds, news) => {
            require("node:fs").appendFileSync(news.log, news.digest + " ");
            if (news.digest === "bad") throw new Error("No space left on device");
            return { outs: news };
          },
        }, name, props);
      }
    }
    module.exports = async () => { new Hosts("hosts", { digest: new pulumi.Config().require("digest"), log: __dirname + "/log" }); };`;
  await begin(program);
  await harness.run("up", { digest: "good" });
  expect((await failureOf(harness.run("up", { digest: "bad" }))).message).toBe("hosts: Failed to update: No space left on device");
  expect((await harness.run("up", { digest: "good" })).changes).toEqual({ same: 1, update: 1 });
  expect((await harness.run("up", { digest: "good" })).changes).toEqual({ same: 2 });
  expect(readFileSync(path.join(harness.program, "log"), "utf8")).toBe("bad good ");
});
