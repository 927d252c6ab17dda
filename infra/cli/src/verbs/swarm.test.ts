import { node, service, task } from "../testing/exampleSwarm";
import { servicesOf, type Swarm, type SwarmTask } from "./swarm";

const nowMs = Date.parse("2026-11-23T15:00:00Z");
const nodes = [node("n1", "one")];
const found = (services: Swarm["services"], tasks: SwarmTask[]) => servicesOf({ nodes, services, tasks }, "demo", { nowMs });

test("a service that runs: where, since when, which version", () => {
  expect(found([service("web", 1)], [task("web", "running")])).toEqual([
    {
      name: "web",
      wanted: 1,
      running: 1,
      tasks: [{ host: "one", state: "running", since: "2026-11-23T14:02:11Z", version: "1.26.3", digest: "aaaaaaaaaa" }],
      problem: null,
      past: null,
    },
  ]);
});

test("a task that an update did not come to has no version, but its image's digest", () => {
  expect(found([service("web", 1)], [task("web", "running", { digit: "b" })])[0]!.tasks[0]).toMatchObject({
    version: null,
    digest: "bbbbbbbbbb",
  });
});

test.each([
  ["no task", [], "0 of 1 running"],
  [
    "one that finds no host",
    [task("web", "pending", { NodeID: "", Err: "no suitable node (scheduling constraints not satisfied on 1 node)" })],
    "0 of 1 running; no suitable node (scheduling constraints not satisfied on 1 node)",
  ],
  [
    "one that dies again and again",
    [
      task("web", "starting"),
      task("web", "failed", { desired: "shutdown", at: "2026-11-23T14:58:00Z", Err: "task: non-zero exit (1)" }),
      task("web", "failed", { desired: "shutdown", at: "2026-11-23T14:59:00Z", Err: "task: non-zero exit (137)" }),
    ],
    "0 of 1 running; failed 2 times within ten minutes, last 2026-11-23T14:59:00Z on one: task: non-zero exit (137)",
  ],
])("what is wrong, and why: %s", (_name, tasks, problem) => {
  expect(found([service("web", 1)], tasks)[0]!.problem).toBe(problem);
});

test("what went wrong a short while ago is told of a service that runs, what went wrong long ago is not", () => {
  const failed = (at: string) => task("web", "failed", { desired: "shutdown", at, Err: "task: unhealthy container" });
  const rolledBack = (CompletedAt: string) => ({
    UpdateStatus: { State: "rollback_completed", Message: "rollback completed", CompletedAt },
  });
  const [lately, longAgo] = ["2026-11-23T14:55:00Z", "2026-11-23T09:00:00Z"] as const;
  const past = (update: string, ...failures: string[]) =>
    found([service("web", 1, rolledBack(update))], [task("web", "running"), ...failures.map(failed)])[0];
  expect(past(longAgo, longAgo)).toMatchObject({ problem: null, past: null });
  expect(past(lately, lately, longAgo)).toMatchObject({
    problem: null,
    past: `its last update: rollback_completed (rollback completed); failed once within ten minutes, last ${lately} on one: task: unhealthy container`,
  });
});

test("an update that stands still is told as long as it does", () => {
  const UpdateStatus = { State: "paused", Message: "update paused due to failure" };
  expect(found([service("web", 1, { UpdateStatus })], [task("web", "running")])[0]!.problem).toBe(
    "its last update: paused (update paused due to failure)",
  );
});
