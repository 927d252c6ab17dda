import { isDeepStrictEqual } from "node:util";
import { DockerProxy, Harness, killedAtWrite, PLATFORM } from "@barecast/runner/testing";
import { BareSwarm, sleeper } from "../../src/bareSwarm";

// The runner by itself, with a small program of its own, on a swarm that has nothing else in it.
jest.setTimeout(10 * 60_000);

let swarm: BareSwarm;
let harness: Harness<DockerProxy>;
let docker: DockerProxy;
const place = { subnet: "10.239.9.0/24" };

beforeAll(async () => {
  swarm = await BareSwarm.start();
});
afterAll(() => swarm?.remove());
beforeEach(async () => {
  harness = new Harness("wire", { "program.js": PLATFORM });
  docker = new DockerProxy(swarm.socket);
  await harness.start(docker);
});
afterEach(async () => {
  await harness?.run("destroy").finally(() => harness.stop());
});

const configOf = (more: Record<string, string> = {}) => ({ ...place, image: sleeper, timeout: "180s", ...more });
const filters = JSON.stringify({ label: ["barecast.site=wire"] });

/** What carries the program's label, by kind; contents are hashed into names. */
async function found(): Promise<Record<string, string[]>> {
  type Named = { Name?: string; Spec?: { Name: string } };
  const kinds = ["services", "networks", "secrets", "configs"].map(async (kind): Promise<[string, string[]]> => {
    const list = await docker.ask<Named[]>(`/${kind}`, { filters });
    return [kind, list.map(({ Name, Spec }) => Name ?? Spec?.Name ?? "").sort()];
  });
  const { Volumes } = await docker.ask<{ Volumes: Named[] | null }>("/volumes", { filters });
  return { ...Object.fromEntries(await Promise.all(kinds)), volumes: (Volumes ?? []).map(({ Name }) => Name ?? "") };
}

/** Every service's version index, and the tasks that are to run. */
async function versions(): Promise<unknown> {
  const services = await docker.ask<{ ID: string; Version: { Index: number } }[]>("/services", { filters });
  const tasks = await docker.ask<{ ID: string; ServiceID: string; DesiredState: string }[]>("/tasks");
  const own = tasks.filter(({ ServiceID, DesiredState }) => DesiredState === "running" && services.some(({ ID }) => ID === ServiceID));
  return { services: services.map(({ ID, Version }) => [ID, Version.Index]).sort(), tasks: own.map(({ ID }) => ID).sort() };
}

/** One of each, and a run that finds nothing to do. */
async function expectWhole(config: Record<string, string>): Promise<void> {
  await harness.run("up", config);
  const [state, before] = [harness.stateText(), await versions()];
  const { changes, isStateWritten } = await harness.run("up", config);
  expect({ changes, isStateWritten, writes: docker.writes }).toEqual({ changes: { same: 7 }, isStateWritten: false, writes: [] });
  expect([harness.stateText(), await versions()]).toEqual([state, before]);
  const counts = Object.fromEntries(Object.entries(await found()).map(([kind, names]) => [kind, names.length]));
  expect(counts).toEqual({ services: 2, networks: 1, secrets: 1, configs: 1, volumes: 1 });
}

async function expectNothing(): Promise<void> {
  await harness.run("destroy");
  expect(await found()).toEqual({ services: [], networks: [], secrets: [], configs: [], volumes: [] });
}

// Every write: infra/runner/src/killedAtEach.itest.ts, against a Docker in memory. Here one, against a real one.
test("a first up that is killed at a write is finished by the next, without orphans", async () => {
  expect(await killedAtWrite(harness, 6, configOf())).toBeGreaterThanOrEqual(6);
  await expectWhole(configOf());
  await expectNothing();
});

test("an update that is killed at a write is finished by the next, without orphans", async () => {
  await harness.run("up", configOf());
  const config = configOf({ content: "another content" });
  expect(await killedAtWrite(harness, 4, config)).toBeGreaterThanOrEqual(4);
  await expectWhole(config);
});

interface Told {
  readonly message: string;
  readonly evidence: readonly string[];
}

/** Why an `up` failed, each line once, without the ids of tasks and nodes. */
async function failureOf(broken: object): Promise<Told> {
  const work = harness.run("up", configOf({ base: JSON.stringify(broken) }));
  const error = await work.then(
    () => Promise.reject(new Error("It ended well")),
    (failure: Error & { evidence: string[] }) => failure,
  );
  const evidence = error.evidence.map((line) => line.replace(/task \w{25} on node \w{25}/, "task … on node …"));
  return { message: error.message, evidence: [...new Set(evidence)] };
}

/** What is told of an `up` that fails; if it is something else, Docker's tasks are shown as they are. */
async function expectTold(broken: object, wanted: Told): Promise<void> {
  const told = await failureOf(broken);
  if (!isDeepStrictEqual(told, wanted)) console.error(JSON.stringify(await docker.ask("/tasks"), null, 1));
  expect(told).toEqual(wanted);
}

test("a service that crashes at its first start, and updates that crash or don't get healthy, are told with what shows why", async () => {
  const crashing = { commands: ["sh", "-c"], args: ["echo no camera; exit 3"] };
  const shown = ["task … on node …: failed: task: non-zero exit (3)", "log: no camera"];
  await expectTold(crashing, {
    message: "base: Failed to create: The service doesn't run: 4 tasks ended one after the other, the last: task: non-zero exit (3)",
    evidence: shown,
  });
  await expectWhole(configOf());
  const rolledBack = "base: Failed to update: Docker rolled the update back (rollback_completed: rollback completed)";
  await expectTold(crashing, { message: rolledBack, evidence: shown });
  await expectWhole(configOf());
  const tests = ["CMD-SHELL", "echo no picture; false"];
  const unhealthy = { healthcheck: { tests, interval: "500ms", timeout: "30s", retries: 2, startPeriod: "0s" } };
  await expectTold(unhealthy, {
    message: rolledBack,
    evidence: ["task … on node …: failed: task: non-zero exit (143): dockerexec: unhealthy container", "healthcheck: exit 1: no picture"],
  });
  await expectWhole(configOf());
});
