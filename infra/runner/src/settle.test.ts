import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "./api";
import type { PendingOperation, Resource } from "./engine/resource";
import { settle } from "./run";
import { stackFile } from "./state/backend";
import { FakeDocker } from "./testing/fakeDocker";
import { Harness } from "./testing/harness";
import { messagesOf, recordingOf, WIRE } from "./testing/recordings";

// What `barecast up` does before the real CLI acts, on the checkpoint of a CLI that was killed while it made the service.
const second = path.join(WIRE, "second");
const { ids } = recordingOf("second/1-first.jsonl", "dev", "wire2");
interface Latest {
  readonly resources: readonly Resource[];
  readonly pending_operations?: readonly PendingOperation[];
}
const killed = (JSON.parse(readFileSync(path.join(second, "9-killed.checkpoint.json"), "utf8")) as { deployment: Latest }).deployment;
const [creating] = killed.pending_operations!;

const harness = Harness.ofRecording("wire2", second, ["program.js", "hosts.js"], { owner: { label: "wire.step", value: "steady" } });
let whole: Record<string, unknown>;
beforeAll(async () => {
  await harness.start(new FakeDocker(ids));
  await harness.run("up", { step: "first" });
  whole = structuredClone(harness.docker.stored);
});
afterAll(() => harness.stop());
/** The kill's state, and a Docker that has what the whole site has. */
beforeEach(() => {
  Object.assign(harness.docker.stored, structuredClone(whole));
  harness.docker.writes.length = 0;
  begin(killed);
});

function begin(latest: Latest): void {
  const state = JSON.stringify({ version: 3, checkpoint: { stack: "organization/wire2/dev", latest } });
  writeFileSync(stackFile(harness.folder, "wire2", "dev"), state.replaceAll("/var/run/docker.sock", harness.socket));
}
const latest = () => (JSON.parse(harness.stateText()) as { checkpoint: { latest: Latest } }).checkpoint.latest;
const named = (all: readonly Resource[]) => all.map(({ urn, id }) => `${urn.split("::").at(-1)} ${id}`).sort();
const inState = () => named(latest().resources);
const service = () => [...harness.docker.stored.services.values()][0]!;
const writes = () => harness.docker.writes.map(({ method, name }) => `${method} ${name}`);

/** Names that the CLI's next run would ask Docker for, though Docker has them: what it found to create in the recording, and still would. */
function conflicts(): string[] {
  const known = new Set(latest().resources.map(({ urn }) => urn));
  const taken = new Set(Object.values(harness.docker.stored).flatMap((all) => [...all.values()].map(({ name }) => name)));
  return messagesOf("second/10-up-after-the-kill.jsonl").flatMap(({ method, request, response }) => {
    const name = (response?.inputs as { name?: string } | undefined)?.name;
    return method.endsWith("/Check") && name && taken.has(name) && !known.has(request.urn ?? "") ? [name] : [];
  });
}

test("what the kill left as it was wanted is adopted: nothing that the CLI would create exists already, and nothing is pending", async () => {
  expect(conflicts()).toEqual(["wire2-app"]);
  expect(await settle(harness.options())).toBe(true);
  expect(conflicts()).toEqual([]);
  expect(latest().pending_operations).toBeUndefined();
  const app = latest().resources.find(({ urn }) => urn === creating!.resource.urn)!;
  const { created: _c, modified: _m, ...wanted } = creating!.resource;
  // Marked, so that the CLI's next run updates it: how far the kill let it come nobody knows.
  expect(app).toMatchObject({ ...wanted, id: service().id, initErrors: ["interrupted while creating"] });
  expect(writes()).toEqual([]);
  const text = harness.stateText();
  expect([await settle(harness.options()), harness.stateText()]).toEqual([false, text]);
});

test("what it left otherwise than wanted is removed, and only that", async () => {
  service()["Spec"] = { ...(service()["Spec"] as object), Mode: { Replicated: { Replicas: 2 } } };
  expect(await settle(harness.options())).toBe(true);
  expect([conflicts(), writes(), latest().pending_operations]).toEqual([[], ["DELETE wire2-app"], undefined]);
  expect(inState()).toEqual(named(killed.resources));
});

test("a create that Docker never heard of leaves nothing but the site as it was", async () => {
  harness.docker.stored.services.clear();
  expect(await settle(harness.options())).toBe(true);
  expect([conflicts(), writes(), latest().pending_operations, inState()]).toEqual([[], [], undefined, named(killed.resources)]);
});

test("a volume is adopted, whatever it is: it holds data", async () => {
  const volume = killed.resources.find(({ urn }) => urn.endsWith("::data"))!;
  const { id: _i, outputs: _o, ...resource } = volume;
  begin({
    ...killed,
    resources: killed.resources.filter((one) => one !== volume),
    pending_operations: [{ type: "creating", resource: resource as Resource }],
  });
  harness.docker.stored.services.clear();
  Object.assign(harness.docker.stored.volumes.get("wire2-kept")!, { Driver: "nfs", Labels: { "wire.step": "steady" } });
  expect(conflicts()).toEqual(["wire2-kept"]);
  expect(await settle(harness.options())).toBe(true);
  expect([conflicts(), writes(), inState().filter((text) => text.startsWith("data "))]).toEqual([[], [], ["data wire2-kept"]]);
});

test("what isn't this site's is neither adopted nor removed: it is named, and the state stays as the kill left it", async () => {
  service()["Spec"] = { ...(service()["Spec"] as object), Labels: { "wire.step": "another" } };
  const before = harness.stateText();
  const error = await settle(harness.options()).catch((reason: RunnerError) => reason);
  expect(error).toMatchObject({
    message:
      "Service wire2-app: Docker already has one of this name, and it isn't this site's: expected the label wire.step=steady, found wire.step=another. Remove or rename it",
  });
  expect([writes(), harness.stateText()]).toEqual([[], before]);
});

test.each([
  { left: "gone", expected: [], more: "is forgotten" },
  { left: "there", expected: [`app ${ids["wire2-app"]}`], more: "stays in the state, to be deleted again" },
])("a deletion that was killed: what is $left $more", async ({ left, expected }) => {
  const resource = { ...creating!.resource, id: ids["wire2-app"]! };
  begin({ ...killed, resources: [...killed.resources, resource], pending_operations: [{ type: "deleting", resource }] });
  if (left === "gone") harness.docker.stored.services.clear();
  expect(await settle(harness.options())).toBe(true);
  expect([inState().filter((text) => text.startsWith("app ")), latest().pending_operations, writes()]).toEqual([expected, undefined, []]);
});
