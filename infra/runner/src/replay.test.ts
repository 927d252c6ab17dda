import { readFileSync } from "node:fs";
import path from "node:path";
import { typeOf, type Resource } from "./engine/resource";
import type { Values } from "./engine/values";
import { FakeDocker } from "./testing/fakeDocker";
import { Harness } from "./testing/harness";
import { messagesOf, providerUrn, type Recorded, type Recording, recordingOf, WIRE } from "./testing/recordings";

/** Where the runner means to differ from the real engine and provider, and why. */
const MEANT = {
  outputs: {
    __meta: "the bookkeeping of the provider's Terraform half; a CLI that takes over shows no change without it",
    __pulumi_raw_state_delta: "as __meta",
  },
  serviceOutputs: "a service's outputs are its inputs and its id: enough for the CLI to show no change, and nothing that Docker makes up",
  diffs: {
    "taskSpec.containerSpec.sysctl": "the provider finds an empty map added with the first change of any service; nothing was added",
  },
  order: "what doesn't depend on each other may run in another order, or at once",
} as const;

const plainProgram = (text: string, harness: Harness): string =>
  text.replaceAll(harness.program, "<program folder>").replaceAll(`unix://${harness.socket}`, "unix:///var/run/docker.sock");

/** The resources of the state, in the terms of the recording. */
function actual(resources: Resource[], harness: Harness, isAskedFor: (urn: string) => boolean): Record<string, Recorded> {
  const entries = resources
    .filter(({ urn }) => isAskedFor(urn))
    .map((resource): [string, Recorded] => {
      const { urn, type, custom, parent, dependencies, propertyDependencies } = resource;
      const recorded: Recorded = {
        type,
        ...(parent ? { parent } : {}),
        custom,
        protect: resource.protect === true,
        ...(resource.provider ? { provider: providerUrn(resource.provider)! } : {}),
        dependencies,
        propertyDependencies,
        inputs: JSON.parse(plainProgram(JSON.stringify(resource.inputs), harness)) as Values,
      };
      return [urn, recorded];
    });
  return Object.fromEntries(entries);
}

/** The recording's resources; a provider that the program didn't name is the default one, which only the state shows. */
function expected({ resources }: Recording): Record<string, Recorded> {
  const usual = (type: string): string =>
    type.startsWith("docker:") ? "pulumi:providers:docker::default_5_2_0" : "pulumi:providers:pulumi-nodejs::default";
  const entries = Object.entries(resources).map(([urn, resource]): [string, Recorded] => {
    const isProvider = resource.type.startsWith("pulumi:providers:");
    const provider =
      resource.provider ??
      (resource.custom && !isProvider ? `${urn.split("::").slice(0, 2).join("::")}::${usual(resource.type)}` : undefined);
    const inputs = isProvider ? { ...resource.inputs, version: "5.2.0", __internal: {} } : resource.inputs;
    return [urn, { ...resource, ...(provider ? { provider } : {}), inputs }];
  });
  return Object.fromEntries(entries);
}

/** The steps of the last run: of what is really made or changed, as the provider sees it. */
function steps(harness: Harness, deleted: string[] = []): string[] {
  const told = harness.events.flatMap((event) => {
    if (event.kind !== "end" || event.op === "same" || event.type.startsWith("pulumi:") || !/^(docker|pulumi-nodejs):/.test(event.type))
      return [];
    return [`${event.op === "replace" ? "create" : event.op} ${event.urn}`];
  });
  return [...told, ...deleted.map((urn) => `delete ${urn}`)];
}

/** Each step that stands before another it is bound to by a dependency, as `one < other`. */
function bounds(order: string[], dependsOn: (urn: string, other: string) => boolean): string[] {
  const urnIn = (step: string): string => step.slice(step.indexOf(" ") + 1);
  return order
    .flatMap((step, index) => order.slice(index + 1).map((later): [string, string] => [step, later]))
    .filter(([one, other]) => dependsOn(urnIn(one), urnIn(other)) || dependsOn(urnIn(other), urnIn(one)))
    .map(([one, other]) => `${one} < ${other}`)
    .sort();
}

const dependencyOf =
  (recording: Recording) =>
  (urn: string, other: string): boolean => {
    const resource = recording.resources[urn];
    return resource !== undefined && (resource.dependencies.includes(other) || resource.provider === other);
  };

function expectRun(harness: Harness, recording: Recording, resources: Resource[], order = steps(harness)): void {
  expect(actual(resources, harness, (urn) => urn in recording.resources)).toEqual(expected(recording));
  expect([...order].sort()).toEqual([...recording.steps].sort());
  expect(bounds(order, dependencyOf(recording))).toEqual(bounds(recording.steps, dependencyOf(recording)));
  const diffs = harness.events.flatMap((event) =>
    event.kind === "end" && event.changed.length > 0 && event.type.startsWith("docker:")
      ? [[event.urn, [...event.changed].sort()] as const]
      : [],
  );
  const wanted = Object.entries(recording.diffs).filter(([urn]) => urn.includes("docker:"));
  const meant = (paths: string[]): string[] => paths.filter((found) => !(found in MEANT.diffs));
  expect(Object.fromEntries(diffs)).toEqual(Object.fromEntries(wanted.map(([urn, paths]) => [urn, meant(paths)])));
}

function expectOutputs(recording: Recording, resources: Resource[]): void {
  for (const resource of resources) {
    const wanted = recording.outputs[resource.urn];
    if (!wanted || !resource.type.startsWith("docker:")) continue;
    const given = Object.fromEntries(Object.entries(wanted).filter(([key]) => !(key in MEANT.outputs)));
    if (resource.type === "docker:index/service:Service") expect(given).toMatchObject(resource.outputs);
    else expect({ [resource.urn]: resource.outputs }).toEqual({ [resource.urn]: given });
  }
}

/** The resources of a checkpoint as they stand in the file, but for what differs from run to run and what is meant to differ. */
function checkpointed(raw: Values[], harness: Harness): Record<string, unknown> {
  const entries = raw.map(({ created: _c, modified: _m, outputs: _o, id, provider, dependencies, ...resource }) => {
    const text = plainProgram(JSON.stringify(resource), harness).replaceAll(/"ciphertext":"v1:[^"]*"/g, '"ciphertext":"v1"');
    const isMade = typeof id === "string" && !/^[0-9a-f-]{36}$/.test(id);
    const needs = [...((dependencies ?? []) as string[])].sort();
    const stable: Values = { ...(JSON.parse(text) as Values), ...(isMade ? { id } : {}), provider: providerUrn(provider), needs };
    const properties = (stable["propertyDependencies"] ?? {}) as Record<string, string[]>;
    const ordered = Object.fromEntries(Object.entries(properties).map(([key, urns]) => [key, [...urns].sort()]));
    return [resource["urn"] as string, { ...stable, propertyDependencies: ordered }];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function expectCheckpoint(harness: Harness, file: string): void {
  const recorded = JSON.parse(readFileSync(path.join(WIRE, file), "utf8")) as { deployment: { resources: Values[] } };
  const written = JSON.parse(harness.stateText()) as { checkpoint: { latest: { resources: Values[] } } };
  expect(checkpointed(written.checkpoint.latest.resources, harness)).toEqual(checkpointed(recorded.deployment.resources, harness));
}

/** What `docker service inspect` shows beside what was sent: the defaults of an update that wasn't given. */
function withDefaults(spec: Values): Values {
  const update = { Parallelism: 1, FailureAction: "pause", Monitor: 5_000_000_000, MaxFailureRatio: 0, Order: "stop-first" };
  return { UpdateConfig: update, RollbackConfig: update, ...spec };
}

describe("the first program against the real engine", () => {
  const files = ["up", "env", "config", "destroy"];
  const recordings = Object.fromEntries(files.map((name) => [name, recordingOf(`${name}.jsonl`, "dev", "wire")]));
  const ids = Object.assign({}, ...files.map((name) => recordings[name]!.ids)) as Record<string, string>;
  const hostNetworkId = "mwpmpb1jappngcwcmiweim2zu";
  const harness = Harness.ofRecording("wire", WIRE, ["program.js"]);
  beforeAll(() => harness.start(new FakeDocker(ids)));
  afterAll(() => harness.stop());

  test("up makes the same resources and sends Docker the same specs", async () => {
    const result = await harness.run("up", { hostNetworkId });
    const resources = await harness.resources();
    expect(result.changes).toEqual({ create: 9 });
    expectRun(harness, recordings["up"]!, resources);
    expectOutputs(recordings["up"]!, resources);
    expectCheckpoint(harness, "checkpoint.json");
    const specs = JSON.parse(readFileSync(path.join(WIRE, "specs.json"), "utf8")) as Record<string, unknown>;
    const sent = Object.entries(harness.docker.specs()).map(([name, spec]) => [name, withDefaults(spec as Values)]);
    expect(Object.fromEntries(sent)).toEqual(specs);
  });

  test("up again writes nothing, neither to Docker nor to the state", async () => {
    const before = harness.stateText();
    const result = await harness.run("up", { hostNetworkId });
    expect({ changes: result.changes, isStateWritten: result.isStateWritten, writes: harness.docker.writes }).toEqual({
      changes: { same: 9 },
      isStateWritten: false,
      writes: [],
    });
    expect(harness.stateText()).toBe(before);
  });

  test("one environment variable is one update of one service", async () => {
    const { GREETING } = environmentOf(recordings["env"]!);
    await harness.run("up", { hostNetworkId, greeting: GREETING! });
    expectRun(harness, recordings["env"]!, await harness.resources());
    expect(harness.docker.writes.map(({ method, path: at, name }) => `${method} ${at} ${name}`)).toEqual([
      "POST /services/<id>/update wire-web",
    ]);
  });

  test("a config's new content is made, used and only then the old one deleted", async () => {
    const { greeting, settings } = configOf("config.jsonl");
    await harness.run("up", { hostNetworkId, greeting: greeting!, settings: settings! });
    const urn = Object.keys(recordings["config"]!.resources).find((found) => typeOf(found) === "docker:index/serviceConfig:ServiceConfig")!;
    expectRun(harness, recordings["config"]!, await harness.resources(), steps(harness, [urn]));
    const [made] = harness.docker.writes;
    expect(harness.docker.writes.map(({ method, path: at, name }) => `${method} ${at} ${name}`)).toEqual([
      `POST /configs/create ${made!.name}`,
      "POST /services/<id>/update wire-web",
      "DELETE /configs/<id> wire-settings-9259f773c2",
    ]);
  });

  test("destroy deletes all of it, users before what they use", async () => {
    await harness.run("destroy");
    const needs = recordings["config"]!;
    const order = steps(harness);
    expect([...order].sort()).toEqual([...recordings["destroy"]!.steps].sort());
    expect(bounds(order, dependencyOf(needs))).toEqual(bounds(recordings["destroy"]!.steps, dependencyOf(needs)));
    expect(await harness.resources()).toEqual([]);
    expect(Object.values(harness.docker.stored).map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
  });

  /** The settings of a run, found in what it asked for. */
  function configOf(file: string): Record<string, string | undefined> {
    const config = messagesOf(file).find(
      ({ method, request }) => method.endsWith("/Create") && String(request.urn).includes("ServiceConfig"),
    );
    const data = (config?.request["properties"] as { data?: string } | undefined)?.data ?? "";
    return { greeting: environmentOf(recordingOf(file, "dev", "wire"))["GREETING"], settings: Buffer.from(data, "base64").toString() };
  }

  function environmentOf(recording: Recording): Record<string, string> {
    const [, web] = Object.entries(recording.resources).find(([urn]) => urn.endsWith("Service::web"))!;
    return (web.inputs as { taskSpec: { containerSpec: { env: Record<string, string> } } }).taskSpec.containerSpec.env;
  }
});

describe("the second program against the real engine", () => {
  const names = ["1-first", "2-hosts-changed", "3-env-changed"];
  const recordings = Object.fromEntries(names.map((name) => [name, recordingOf(`second/${name}.jsonl`, "dev", "wire2")]));
  const ids = Object.assign({}, ...names.map((name) => recordings[name]!.ids)) as Record<string, string>;
  const harness = Harness.ofRecording("wire2", path.join(WIRE, "second"), ["program.js", "hosts.js"]);
  beforeAll(() => harness.start(new FakeDocker(ids)));
  afterAll(() => harness.stop());

  test.each([
    ["1-first", "first", { create: 6 }],
    ["2-hosts-changed", "hosts", { same: 5, update: 1 }],
    ["3-env-changed", "env", { same: 4, update: 2 }],
  ])("%s", async (name, step, changes) => {
    const result = await harness.run("up", { step });
    expect(result.changes).toEqual(changes);
    const resources = await harness.resources();
    expectRun(harness, recordings[name]!, resources);
    expectOutputs(recordings[name]!, resources);
    if (name === "1-first") expectCheckpoint(harness, "second/1-first.checkpoint.json");
  });

  test("what the dynamic resource was given as secret is secret in the state", async () => {
    expect(harness.stateText()).not.toContain("join-token");
    const hosts = (await harness.resources()).find(({ type }) => type === "pulumi-nodejs:dynamic:Resource")!;
    const hidden = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "join-token" };
    expect([hosts.inputs["token"], hosts.outputs["token"]]).toEqual([hidden, hidden]);
  });
});
