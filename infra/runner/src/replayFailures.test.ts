import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Op, RunnerError } from "./api";
import type { Resource } from "./engine/resource";
import { stackFile } from "./state/backend";
import { FakeDocker } from "./testing/fakeDocker";
import { Harness } from "./testing/harness";
import { messagesOf, recordingOf, WIRE } from "./testing/recordings";

/** Where the runner means to go on otherwise than the real engine when something went wrong, and why. */
const MEANT = {
  rolledBack: "the state has the inputs that were sent, marked, where the engine keeps those before: the next run asks Docker what it runs",
  failedHosts: "a playbook that failed may have changed half of a host: the next run updates Hosts again, the engine forgets it",
  interruptedCreate: "what a killed run had made is adopted or removed; the engine fails at its name",
  foreignVolume: "what bears no label of this site is nobody's to adopt; the provider takes any volume of the name",
  protectedFirst: "what is protected and no longer wanted is refused before anything is deleted; the engine deletes what stands before it",
} as const;

const second = path.join(WIRE, "second");
const names = ["1-first", "2-hosts-changed", "3-env-changed"];
const ids = Object.assign({}, ...names.map((name) => recordingOf(`second/${name}.jsonl`, "dev", "wire2").ids)) as Record<string, string>;
// The label of the recording's service stands for the site's.
const harness = Harness.ofRecording("wire2", second, ["program.js", "hosts.js"], { owner: { label: "wire.step", value: "steady" } });
beforeAll(async () => {
  await harness.start(new FakeDocker(ids));
  for (const step of ["first", "hosts", "env"]) await harness.run("up", { step });
});
afterAll(() => harness.stop());

const up = (step: string) => harness.run("up", { step });
const failureOf = (step: string): Promise<string> =>
  up(step).then(
    () => "none",
    ({ message }: RunnerError) => message,
  );
/** The dynamic provider is nobody's resource; its inputs are the whole configuration, the step among them. */
const isAsked = ({ urn }: Resource) => !urn.includes("pulumi:providers:pulumi-nodejs");
const urns = (resources: readonly { urn: string }[]) => resources.map(({ urn }) => urn).sort();
interface Checkpoint {
  readonly deployment: { readonly resources: readonly Resource[] };
}
const recordedState = (name: string) => JSON.parse(readFileSync(path.join(second, `${name}.checkpoint.json`), "utf8")) as Checkpoint;
const ACT = /ResourceProvider\/(Create|Update|Delete)$/;
const nameIn = (urn: unknown) => String(urn).split("::").at(-1);
/** What the provider was told to do, as `Update app`. */
const recordedSteps = (name: string) =>
  messagesOf(`second/${name}.jsonl`).flatMap(({ method, request }) => {
    const [, act] = ACT.exec(method) ?? [];
    return act ? [`${act} ${nameIn(request.urn)}`] : [];
  });
/** The error that the provider's step ended with. */
const recordedError = (name: string) => {
  const [error = ""] = messagesOf(`second/${name}.jsonl`).flatMap(({ method, errors = [] }) => (ACT.test(method) ? errors : []));
  return error.replace(/^rpc error: code = \w+ desc = /, "");
};
const ACTS: Partial<Record<Op, string>> = { create: "Create", replace: "Create", update: "Update", delete: "Delete" };
/** The same of the runner's last run, failed steps included. */
const ownSteps = () =>
  harness.events.flatMap((event) => {
    if (event.kind !== "end" || !/^(docker|pulumi-nodejs):/.test(event.type)) return [];
    return ACTS[event.op] ? [`${ACTS[event.op]} ${event.name}`] : [];
  });

test("4-hosts-fail: nothing after it is touched, and its old inputs are kept", async () => {
  const before = await harness.resources();
  const error = recordedError("4-hosts-fail");
  expect(await failureOf("hostfail")).toBe(`hosts: Failed to update: ${error}`);
  expect(ownSteps()).toEqual(recordedSteps("4-hosts-fail"));
  expect(harness.docker.writes).toEqual([]);
  const after = await harness.resources();
  expect(after.filter(isAsked)).toEqual(
    before.filter(isAsked).map((resource) => (nameIn(resource.urn) === "hosts" ? { ...resource, initErrors: [error] } : resource)),
  );
  // The recording's next run is the fifth: it finds the same inputs as before the failure, and leaves Hosts alone.
  const next = recordedState("5-service-crashes-rolled-back").deployment.resources.find(({ urn }) => nameIn(urn) === "hosts");
  expect([next?.inputs["fail"], next?.initErrors]).toEqual([false, undefined]);
  expect((await up("env")).changes).toEqual({ same: 5, update: 1 });
  const ofHosts = [recordedSteps("5-service-crashes-rolled-back"), ownSteps()].map((all) => all.filter((step) => step.endsWith(" hosts")));
  expect({ [MEANT.failedHosts]: ofHosts }).toEqual({ [MEANT.failedHosts]: [[], ["Update hosts"]] });
});

test("5-service-crashes-rolled-back: an error, and the service is marked; 6-back: one update repairs it", async () => {
  harness.docker.fails = { "wire2-app": "rollback" };
  expect(await failureOf("crash")).toBe("app: Failed to update: Docker rolled the update back (rollback_completed: rollback completed)");
  expect(recordedError("5-service-crashes-rolled-back")).toContain("service rollback completed: rollback completed");
  expect(ownSteps()).toEqual(recordedSteps("5-service-crashes-rolled-back"));
  harness.docker.fails = {};
  const recorded = recordedState("5-service-crashes-rolled-back").deployment.resources;
  const resources = await harness.resources();
  expect(urns(resources)).toEqual(urns(recorded));
  const marked = (all: readonly Resource[]) => all.filter(({ initErrors }) => initErrors !== undefined);
  expect(urns(marked(resources))).toEqual(urns(marked(recorded)));
  const steps = [recorded, resources].map((all) => JSON.stringify(marked(all)).match(/"STEP":"\w+"/)?.[0]);
  expect({ [MEANT.rolledBack]: steps }).toEqual({ [MEANT.rolledBack]: ['"STEP":"env"', '"STEP":"steady"'] });

  expect((await up("first")).changes).toEqual({ same: 5, update: 1 });
  expect(ownSteps()).toEqual(recordedSteps("6-back"));
  expect(harness.docker.writes.map(({ path: at, name }) => `${at} ${name}`)).toEqual(["/services/<id>/update wire2-app"]);
  expect((await up("first")).changes).toEqual({ same: 6 });
});

test("7-volume-renamed-by-alias: all unchanged, and the state has the new name", async () => {
  expect((await up("renamed")).changes).toEqual({ same: 6 });
  expect(ownSteps()).toEqual(recordedSteps("7-volume-renamed-by-alias"));
  expect(harness.docker.writes).toEqual([]);
  const wanted = recordingOf("second/7-volume-renamed-by-alias.jsonl", "dev", "wire2").resources;
  expect(urns((await harness.resources()).filter(isAsked))).toEqual(Object.keys(wanted).sort());
});

test("8-service-removed-protected-volume: the name's new owner is refused before anything is deleted", async () => {
  const refusal = "expected the label wire.step=steady, found none. Remove or rename it";
  expect({ [MEANT.foreignVolume]: await failureOf("removed") }).toEqual({
    [MEANT.foreignVolume]: `Volume wire2-kept: Docker already has one of this name, and it isn't this site's: ${refusal}`,
  });
  expect(harness.docker.writes).toEqual([]);
});

test("8-service-removed-protected-volume, where the volume is the site's: taken over as recorded; the protected one stays", async () => {
  harness.docker.stored.volumes.get("wire2-kept")!["Labels"] = { "wire.step": "steady" };
  const [own, recorded] = [await failureOf("removed"), recordedState("8-service-removed-protected-volume").deployment.resources];
  expect(own).toBe("kept: Protected, and no longer in the program. Take the protection off first, or put it back");
  const left = recordedSteps("8-service-removed-protected-volume").filter((step) => !ownSteps().includes(step));
  expect({ [MEANT.protectedFirst]: left, own: ownSteps() }).toEqual({ [MEANT.protectedFirst]: ["Delete app"], own: ["Create data"] });
  expect(harness.docker.writes).toEqual([]);
  const protectedOnes = (all: readonly Resource[]) =>
    all
      .filter(({ protect }) => protect)
      .map(({ urn, id }) => `${nameIn(urn)}: ${id}`)
      .sort();
  const resources = await harness.resources();
  expect(protectedOnes(resources)).toEqual(protectedOnes(recorded));
  expect(urns(resources.filter(({ urn }) => nameIn(urn) !== "app"))).toEqual(urns(recorded));
});

test("10-up-after-the-kill: the engine fails at the name of what it had made; here it is adopted, and nothing is pending", async () => {
  expect(readFileSync(path.join(second, "10-up-after-the-kill.txt"), "utf8")).toContain("name conflicts with an existing object");
  const killed = recordedState("9-killed").deployment;
  expect(killed.resources.map(({ urn }) => nameIn(urn))).not.toContain("app");
  const state = JSON.stringify({ version: 3, checkpoint: { stack: "organization/wire2/dev", latest: killed } });
  writeFileSync(stackFile(harness.folder, "wire2", "dev"), state.replaceAll("/var/run/docker.sock", harness.socket));
  const { changes } = await up("first");
  expect({ [MEANT.interruptedCreate]: changes }).toEqual({ [MEANT.interruptedCreate]: { same: 5, update: 1 } });
  expect(harness.docker.writes).toEqual([]);
  expect(urns(await harness.resources())).toEqual(urns(recordedState("1-first").deployment.resources));
  const { checkpoint } = JSON.parse(harness.stateText()) as { checkpoint: { latest: { pending_operations?: unknown[] } } };
  expect(checkpoint.latest.pending_operations ?? []).toEqual([]);
  expect((await up("first")).changes).toEqual({ same: 6 });
});
