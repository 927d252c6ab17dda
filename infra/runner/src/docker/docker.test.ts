import { forwardArguments } from "./connection";
import { crashLoop, failedContainer, type Task, taskErrors, unsettled, updateOutcome } from "./convergence";
import { nanoseconds } from "./duration";
import { demultiplexed, lastFailure } from "./evidence";
import { globalTasks, type SwarmNode } from "./nodes";
import type { ServiceInputs } from "./serviceInputs";
import { serviceSpec } from "./serviceSpec";

test.each([
  ["10s", 10e9],
  ["1m30s", 90e9],
  ["500ms", 5e8],
  ["1.5h", 5400e9],
  ["0", 0],
])("%s is %d nanoseconds", (text, wanted) => expect(nanoseconds(text)).toBe(wanted));

test("a text that is no duration is named", () =>
  expect(() => nanoseconds("10 s")).toThrow('Expected a duration such as 10s or 1m30s, found "10 s"'));

test("ssh is told the forward, the port and the given options, and runs no command", () => {
  expect(
    forwardArguments("ssh://ops@10.0.0.5:2222", "/run/x/docker.sock", ["-i", "/keys/site", "-o", "StrictHostKeyChecking=yes"]),
  ).toEqual([
    ...["-N", "-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"],
    ...[
      "-i",
      "/keys/site",
      "-o",
      "StrictHostKeyChecking=yes",
      "-p",
      "2222",
      "-L",
      "/run/x/docker.sock:/var/run/docker.sock",
      "--",
      "ops@10.0.0.5",
    ],
  ]);
});

const node = (id: string, more: Partial<SwarmNode["Spec"]> = {}, state = "ready"): SwarmNode => ({
  ID: id,
  Spec: { Role: "worker", Availability: "active", ...more },
  Description: { Hostname: `host-${id}`, Platform: { OS: "linux" } },
  Status: { State: state },
});

test.each([
  [[], 3],
  [["node.role==manager"], 1],
  [["node.role != manager"], 2],
  [["node.labels.zone==a", "node.platform.os==linux"], 1],
  [["node.hostname==host-5"], 0],
  [["node.role is manager"], undefined],
])("a global service with constraints %j is to have %s tasks", (constraints, wanted) => {
  const nodes = [
    node("1", { Role: "manager" }),
    node("2", { Labels: { zone: "a" } }),
    node("3"),
    node("4", { Availability: "drain" }),
    node("5", {}, "down"),
  ];
  expect(globalTasks(nodes, constraints)).toBe(wanted);
});

const task = (state: string, ageMs: number, desired = "running", error = ""): Task => ({
  ID: "t",
  NodeID: "n",
  DesiredState: desired,
  Status: { State: state, Timestamp: new Date(100_000 - ageMs).toISOString(), ...(error ? { Err: error } : {}) },
});

test.each<[string, Task[], number, boolean, string | null]>([
  ["no task yet", [], 1, false, "0 of 1 tasks are running"],
  ["just started, nobody asks for its health", [task("running", 300)], 1, false, "0 of 1 tasks are running (running)"],
  ["up for a second", [task("running", 1000)], 1, false, null],
  [
    "up for a second after a failure",
    [task("running", 1000), task("failed", 3000, "shutdown", "exit 1")],
    1,
    false,
    "0 of 1 tasks are running (running)",
  ],
  ["healthy", [task("running", 0)], 1, true, null],
  ["an old one still to be stopped", [task("running", 9000), task("running", 9000)], 1, true, "2 of 1 tasks are running"],
  ["refused by its node", [task("pending", 0, "running", "no suitable node")], 2, true, "0 of 2 tasks are running (no suitable node)"],
  ["none wanted", [], 0, true, null],
])("a service with a task that is %s", (_what, tasks, wanted, isProbed, reason) =>
  expect(unsettled(tasks, wanted, isProbed, 100_000)).toBe(reason),
);

const ended = (count: number, more: Partial<Task> = {}, state = "failed"): Task[] =>
  Array.from({ length: count }, (_, n) => ({ ...task(state, 1000 * n, "shutdown", `exit ${n}`), ID: `${n}`, Slot: 1, ...more }));

test.each<[string, Task[], Record<string, unknown> | undefined, string | null]>([
  ["three in a row", ended(3), undefined, null],
  ["four in a row", ended(4), undefined, "4 tasks ended one after the other, the last: exit 0"],
  ["four that a node refused", ended(4, {}, "rejected"), undefined, "4 tasks ended one after the other, the last: exit 0"],
  ["four in two slots", [...ended(3), ...ended(1, { Slot: 2 })], undefined, null],
  ["four of a global service on two nodes", [1, 2].flatMap((n) => ended(2, { Slot: undefined, NodeID: `${n}` })), undefined, null],
  [
    "two, where Swarm starts one once more",
    ended(2),
    { Condition: "any", MaxAttempts: 1 },
    "2 tasks ended one after the other, the last: exit 0",
  ],
  ["four, where Swarm starts it ten times", ended(4), { MaxAttempts: 10 }, "4 tasks ended one after the other, the last: exit 0"],
  ["one, where Swarm starts it once", ended(1), { Condition: "none" }, "its task ended: exit 0"],
])("tasks that ended: %s", (_what, tasks, RestartPolicy, vain) => expect(crashLoop(tasks, { TaskTemplate: { RestartPolicy } })).toBe(vain));

test.each([
  [undefined, "done"],
  ["updating", "going"],
  ["completed", "done"],
  ["rollback_started", "going"],
  ["rollback_completed", "failed"],
  ["paused", "failed"],
])("an update in state %s is %s", (State, outcome) => expect(updateOutcome(State === undefined ? undefined : { State })).toBe(outcome));

test("the container that tells why is that of the newest task that failed or isn't healthy", () => {
  const made = (ID: string, state: string, ageMs: number, container = "c"): Task => {
    const found = task(state, ageMs);
    return { ...found, ID, Status: { ...found.Status, ContainerStatus: { ContainerID: container } } };
  };
  const well = [made("old", "running", 9000), made("moved", "shutdown", 10)];
  expect(failedContainer(well)).toBeUndefined();
  expect(failedContainer([...well, made("first", "failed", 3000), made("second", "failed", 2000)])?.ID).toBe("second");
  expect(failedContainer([...well, made("first", "failed", 3000), made("sick", "starting", 1000)])?.ID).toBe("sick");
  expect(failedContainer([made("first", "failed", 3000), made("refused", "rejected", 10, "")])?.ID).toBe("first");
});

test("failed tasks are named, newest first", () =>
  expect(
    taskErrors([
      task("failed", 3000, "shutdown", "task: non-zero exit (1)"),
      task("running", 0),
      task("rejected", 10, "shutdown", "No such image"),
    ]),
  ).toEqual(["task t on node n: rejected: No such image", "task t on node n: failed: task: non-zero exit (1)"]));

test("a log stream is read frame by frame, a cut one as far as it goes", () => {
  const frame = (text: string): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(demultiplexed(Buffer.concat([frame("one\ntwo\n"), frame("three\n").subarray(0, 11)]))).toEqual(["one", "two", "thr"]);
});

test("of failed probes the last that says why is shown; one that was killed with its container only where there is no other", () => {
  const [good, bad, killed] = [
    { ExitCode: 0, Output: "fine" },
    { ExitCode: 1, Output: "no picture\n" },
    { ExitCode: 137, Output: "" },
  ];
  expect(lastFailure([bad, good])).toBe(bad);
  expect(lastFailure([bad, killed])).toBe(bad);
  expect(lastFailure([good, killed])).toBe(killed);
  expect(lastFailure([good])).toBeUndefined();
});

test("a service with the least is what the real provider makes of it", () => {
  const inputs: ServiceInputs = { name: "a", taskSpec: { containerSpec: { image: "base" } }, updateConfig: {} };
  expect(serviceSpec(inputs)).toEqual({
    Name: "a",
    Labels: {},
    TaskTemplate: {
      ContainerSpec: { Image: "base", Isolation: "default", DNSConfig: {}, Healthcheck: {} },
      Resources: {},
      Placement: {},
      ForceUpdate: 0,
      Runtime: "container",
    },
    Mode: { Replicated: { Replicas: 1 } },
    UpdateConfig: { Parallelism: 1, FailureAction: "pause", Monitor: 5e9, MaxFailureRatio: 0, Order: "stop-first" },
  });
});

test("the fields that the recordings don't have", () => {
  const inputs: ServiceInputs = {
    name: "a",
    taskSpec: {
      containerSpec: {
        image: "base",
        env: { B: "2", A: "1" },
        dir: "/srv",
        groups: ["video"],
        sysctl: { "net.ipv4.ip_unprivileged_port_start": "0" },
        hosts: [{ host: "turn.replica.localhost", ip: "10.1.2.3" }],
        dnsConfig: { nameservers: ["10.0.0.1"], searches: ["site"], options: ["ndots:1"] },
        mounts: [
          { type: "bind", source: "/dev/dri", target: "/dev/dri", readOnly: true, bindOptions: { propagation: "rprivate" } },
          {
            type: "volume",
            source: "data",
            target: "/data",
            volumeOptions: { noCopy: true, labels: [{ label: "a", value: "b" }], driverName: "local" },
          },
        ],
      },
      placement: { prefs: ["spread=node.labels.zone"], maxReplicas: 2, platforms: [{ os: "linux", architecture: "amd64" }] },
    },
  };
  expect(serviceSpec(inputs)["TaskTemplate"]).toEqual({
    ContainerSpec: {
      Image: "base",
      Env: ["A=1", "B=2"],
      Dir: "/srv",
      Groups: ["video"],
      Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      Hosts: ["10.1.2.3 turn.replica.localhost"],
      DNSConfig: { Nameservers: ["10.0.0.1"], Search: ["site"], Options: ["ndots:1"] },
      Isolation: "default",
      Healthcheck: {},
      Mounts: [
        { Type: "bind", Source: "/dev/dri", Target: "/dev/dri", ReadOnly: true, BindOptions: { Propagation: "rprivate" } },
        {
          Type: "volume",
          Source: "data",
          Target: "/data",
          VolumeOptions: { NoCopy: true, Labels: { a: "b" }, DriverConfig: { Name: "local" } },
        },
      ],
    },
    Resources: {},
    Placement: {
      Preferences: [{ Spread: { SpreadDescriptor: "node.labels.zone" } }],
      MaxReplicas: 2,
      Platforms: [{ OS: "linux", Architecture: "amd64" }],
    },
    ForceUpdate: 0,
    Runtime: "container",
  });
});
