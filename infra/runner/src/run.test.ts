import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "./api";
import { FakeDocker } from "./testing/fakeDocker";
import { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";

const LABELS = `labels: [{ label: "barecast.site", value: "wire" }]`;
const HEAD = `const docker = require("@pulumi/docker"); const pulumi = require("@pulumi/pulumi");`;
const failureOf = (work: Promise<unknown>): Promise<RunnerError> =>
  work.then(
    () => Promise.reject(new Error("it ended well")),
    (error: RunnerError) => error,
  );

let harness: Harness;
const begin = async (program: string, more = {}): Promise<void> => {
  harness = new Harness("wire", { "program.js": program }, more);
  await harness.start(new FakeDocker());
};
const writes = (): string[] => harness.docker.writes.map(({ method, path, name }) => `${method} ${path} ${name}`);
afterEach(() => harness.stop());

test("a preview names every resource and touches nothing", async () => {
  await begin(PLATFORM);
  const result = await harness.run("preview");
  expect({ changes: result.changes, outputs: result.outputs, writes: writes() }).toEqual({
    changes: { create: 7 },
    outputs: { base: "[unknown]", top: "[unknown]" },
    writes: [],
  });
  expect(() => harness.stateText()).toThrow("ENOENT");
});

test("a preview of changed content says replace and update, with the paths", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const before = harness.stateText();
  const result = await harness.run("preview", { content: "two" });
  expect(result.resources.filter(({ op }) => op !== "same").map(({ name, op, changed }) => ({ name, op, changed }))).toEqual(
    expect.arrayContaining([
      { name: "token", op: "replace", changed: ["data", "name"] },
      { name: "settings", op: "replace", changed: ["data", "name"] },
      {
        name: "base",
        op: "update",
        changed: [
          "taskSpec.containerSpec.configs[0].configId",
          "taskSpec.containerSpec.configs[0].configName",
          "taskSpec.containerSpec.env.CONTENT",
          "taskSpec.containerSpec.secrets[0].secretId",
          "taskSpec.containerSpec.secrets[0].secretName",
        ],
      },
    ]),
  );
  expect({ changes: result.changes, writes: writes(), state: harness.stateText() }).toEqual({
    changes: { same: 4, replace: 2, update: 1 },
    writes: [],
    state: before,
  });
});

test("a network that must be replaced takes its services with it, and they come back", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const result = await harness.run("up", { subnet: "10.231.10.0/24" });
  expect(result.changes).toEqual({ same: 4, replace: 3 });
  expect(writes()).toEqual([
    "DELETE /services/<id> kill-top",
    "DELETE /services/<id> kill-base",
    "DELETE /networks/<id> kill-net",
    "POST /networks/create kill-net",
    "POST /services/create kill-base",
    "POST /services/create kill-top",
  ]);
});

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

test("what is there and no state knows is adopted when it is as wanted, else made anew; volumes always, secrets that are in use", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  rmSync(path.join(harness.folder, ".pulumi"), { recursive: true });
  const { services, volumes } = harness.docker.stored;
  const top = [...services.values()].find(({ name }) => name === "kill-top")!;
  top["Spec"] = { ...(top["Spec"] as object), Mode: { Replicated: { Replicas: 2 } } };
  volumes.get("kill-data")!["Driver"] = "nfs";
  expect((await harness.run("up")).changes).toEqual({ create: 7 });
  const hashed = (name: string): string => expect.stringMatching(new RegExp(`${name}-[0-9a-f]{10}$`)) as string;
  // A create that finds the name taken is asked for, too.
  expect(writes().sort()).toEqual([
    "DELETE /secrets/<id> " + [...harness.docker.stored.secrets.values()][0]!.name,
    "DELETE /services/<id> kill-top",
    hashed("POST /configs/create kill-settings"),
    "POST /networks/create kill-net",
    hashed("POST /secrets/create kill-token"),
    "POST /services/create kill-base",
    "POST /services/create kill-top",
    "POST /services/create kill-top",
  ]);
  const said = harness.events.flatMap((event) => (event.kind === "log" && event.message.startsWith("Left by") ? [event.message] : []));
  expect(said.sort()).toEqual([
    "Left by an interrupted run and other than wanted (Mode.Replicated.Replicas): removed",
    "Left by an interrupted run: adopted",
    "Left by an interrupted run: adopted",
  ]);
});

test("an object of this name that isn't this site's is refused by name", async () => {
  await begin(`${HEAD} module.exports = async () => { new docker.Volume("data", { name: "theirs", ${LABELS} }); };`);
  harness.docker.stored.volumes.set("theirs", { id: "theirs", name: "theirs", Name: "theirs", Labels: { "barecast.site": "other" } });
  const error = await failureOf(harness.run("up"));
  expect(error.message).toBe(
    "Volume theirs: Docker already has one of this name, and it isn't this site's: expected the label barecast.site=wire, found barecast.site=other. Remove or rename it",
  );
  expect(writes()).toEqual([]);
});

test.each([
  [
    "a type",
    `new pulumi.CustomResource("aws:s3/bucket:Bucket", "films", {});`,
    "films: The runner knows no resources of type aws:s3/bucket:Bucket. Use the Pulumi CLI for it, or take it out",
  ],
  [
    "a property",
    `new docker.Volume("data", { name: "data", cluster: { type: "mount" } });`,
    "data: cluster: The runner doesn't know this property. Leave it out, or use the Pulumi CLI",
  ],
  [
    "an option",
    `new docker.Volume("data", { name: "data" }, { import: "data" });`,
    "data: The runner doesn't know import. Use the Pulumi CLI, or take it out",
  ],
  [
    "a function",
    `docker.getNetwork({ name: "bridge" });`,
    "Function docker:index/getNetwork:getNetwork: The runner doesn't do this. Use the Pulumi CLI, or take it out",
  ],
  [
    "another stack",
    `new pulumi.StackReference("organization/other/dev");`,
    "organization/other/dev: Reading a pulumi:pulumi:StackReference that the program doesn't own: The runner doesn't do this. Use the Pulumi CLI, or take it out",
  ],
])("%s that the runner doesn't cover is refused by name", async (_what, statement, message) => {
  await begin(`${HEAD} module.exports = async () => { ${statement} };`);
  expect(await failureOf(harness.run("up"))).toMatchObject({ code: "unsupported", message });
});

test.each([
  ["throws", `throw new Error("no such site");`, /ended with code 32/],
  ["leaves early with a wrong code 0", `process.reallyExit(0);`, /ended before all its resources were registered/],
  ["leaves early with code 3", `process.exit(3);`, /ended with code 3/],
])("a program that %s deletes nothing", async (_what, statement, message) => {
  await begin(PLATFORM);
  await harness.run("up");
  const before = (await harness.resources()).map(({ urn }) => urn);
  harness.write("program.js", `module.exports = async () => { ${statement} };`);
  const error = await failureOf(harness.run("up"));
  expect([error.code, error.message]).toEqual(["program-failed", expect.stringMatching(message)]);
  if (statement.includes("throw")) expect(error.evidence.join("\n")).toContain("no such site");
  expect({ writes: writes(), urns: (await harness.resources()).map(({ urn }) => urn) }).toEqual({ writes: [], urns: before });
});

test("a protected resource is deleted neither by a changed program nor by destroy", async () => {
  const program = (isThere: boolean): string =>
    `${HEAD} module.exports = async () => { ${isThere ? `new docker.Volume("data", { name: "data", ${LABELS} }, { protect: true });` : ""} };`;
  await begin(program(true));
  await harness.run("up");
  harness.write("program.js", program(false));
  for (const verb of ["up", "destroy"] as const) {
    expect(await failureOf(harness.run(verb))).toMatchObject({
      code: "protected",
      message: expect.stringMatching(/^data: Protected/) as string,
    });
    expect(writes()).toEqual([]);
  }
});

test("destroy keeps what is protected and what it needs, or deletes it too, as it is told", async () => {
  const both = (name: string, options: string): string => `new docker.Volume("${name}", { name: "${name}", ${LABELS} }, ${options});`;
  await begin(`${HEAD} module.exports = async () => { ${both("kept", "{ protect: true }")} ${both("gone", "{}")} };`, {
    onProtected: "keep",
  });
  await harness.run("up");
  expect((await harness.run("destroy")).changes).toEqual({ delete: 1 });
  expect([writes(), (await harness.resources()).map(({ type }) => type)]).toEqual([
    ["DELETE /volumes/gone gone"],
    ["pulumi:pulumi:Stack", "pulumi:providers:docker", "docker:index/volume:Volume"],
  ]);
  harness.more = { onProtected: "delete" };
  expect((await harness.run("destroy")).changes).toEqual({ delete: 2 });
  expect(writes()).toEqual(["DELETE /volumes/kept kept"]);
});

test("an interruption ends what runs, writes it down, and the next run goes on", async () => {
  const stop = new AbortController();
  await begin(PLATFORM, { signal: stop.signal });
  harness.docker.fails = { "kill-base": "never" };
  harness.docker.onWrite = ({ path }) => path === "/services/create" && stop.abort();
  expect(await failureOf(harness.run("up"))).toMatchObject({
    code: "interrupted",
    message: "Interrupted: what was begun is written in the state, and the next run goes on from there",
    evidence: ["base: Failed to create: The service doesn't run: interrupted: 0 of 1 tasks are running"],
  });
  harness.docker.fails = {};
  harness.more = {};
  expect((await harness.run("up")).changes).toEqual({ same: 5, update: 1, create: 1 });
  expect(writes()).toEqual(["POST /services/create kill-top"]);
});

test.each(["an interruption", "a failure"])("after %s nothing waits for its turn any more", async (what) => {
  const stop = new AbortController();
  const volumes = Array.from({ length: 4 }, (_, index) => `new docker.Volume("v${index}", { name: "v${index}", ${LABELS} });`).join("");
  await begin(`${HEAD} module.exports = async () => { ${volumes} };`, { parallel: 1, signal: stop.signal });
  if (what === "a failure") harness.docker.stored.volumes.set("v0", { id: "v0", name: "v0", Name: "v0", Labels: {} });
  else harness.docker.onWrite = () => stop.abort();
  const error = await failureOf(harness.run("up"));
  expect([error.code, writes()]).toEqual(what === "a failure" ? ["step-failed", []] : ["interrupted", ["POST /volumes/create v0"]]);
});

test("independent resources run at once, within the cap", async () => {
  const volumes = Array.from({ length: 6 }, (_, index) => `new docker.Volume("v${index}", { name: "v${index}", ${LABELS} });`).join("");
  await begin(`${HEAD} module.exports = async () => { ${volumes} };`, { parallel: 2 });
  await harness.run("up");
  let [running, most] = [0, 0];
  for (const event of harness.events) {
    if (event.kind === "log" || !event.type.startsWith("docker:")) continue;
    running += event.kind === "start" ? 1 : -1;
    most = Math.max(most, running);
  }
  expect(most).toBe(2);
});

test("refresh forgets what is gone and marks what drifted for the next run", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const services = harness.docker.stored.services;
  const [base, top] = [...services.values()];
  base!["Spec"] = { ...(base!["Spec"] as object), Labels: { by: "hand" } };
  services.delete(top!.id);
  expect((await harness.run("refresh")).changes).toEqual({ same: 5, refresh: 1, delete: 1 });
  expect((await harness.run("up")).changes).toEqual({ same: 5, update: 1, create: 1 });
  expect(writes().sort()).toEqual(["POST /services/<id>/update kill-base", "POST /services/create kill-top"]);
});

test("a run that refreshes puts right at once what somebody changed, and says where; one that finds nothing writes nothing", async () => {
  await begin(PLATFORM, { refresh: true });
  await harness.run("up");
  const services = harness.docker.stored.services;
  const [base, top] = [...services.values()];
  base!["Spec"] = { ...(base!["Spec"] as object), Labels: { by: "hand" } };
  services.delete(top!.id);
  const found = { same: 5, update: 1, create: 1 };
  const foreseen = await harness.run("preview");
  expect(foreseen.changes).toEqual(found);
  expect(foreseen.resources.find(({ op }) => op === "update")?.changed).toEqual(['Labels["barecast.site"]', "Labels.by"]);
  expect(writes()).toEqual([]);
  expect((await harness.run("up")).changes).toEqual(found);
  expect(writes().sort()).toEqual(["POST /services/<id>/update kill-base", "POST /services/create kill-top"]);
  const again = await harness.run("up");
  expect(again).toMatchObject({ changes: { same: 7 }, isStateWritten: false });
  expect(harness.stateText()).not.toContain("drifted");
});
