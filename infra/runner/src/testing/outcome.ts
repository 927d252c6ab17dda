import type { Resource } from "../engine/resource";
import { FakeDocker } from "./fakeDocker";
import { Harness } from "./harness";

/** What a run led to, as far as two ways to the same end must agree: ids and times are anybody's. */
export interface Outcome {
  readonly state: unknown;
  /** Names of Docker's objects by kind. */
  readonly docker: unknown;
  /** Writes of the first run. */
  readonly writes: number;
  /** Changes and writes of a second run. */
  readonly noop: readonly [unknown, unknown];
}

/** Runs `up` twice. */
export async function outcome(harness: Harness, config: Record<string, string>): Promise<Outcome> {
  await harness.run("up", config);
  const writes = harness.docker.writes.length;
  const { changes } = await harness.run("up", config);
  return {
    state: comparable(await harness.resources()),
    docker: names(harness.docker),
    writes,
    noop: [changes, [...harness.docker.writes]],
  };
}

/** The same without how much was left to do. */
export const endOf = ({ writes: _, ...end }: Outcome): Omit<Outcome, "writes"> => end;

/** A harness around one program, with a Docker of its own, for as long as the work takes. */
export async function inHarness<T>(program: string, work: (harness: Harness) => Promise<T>): Promise<T> {
  const harness = new Harness("wire", { "program.js": program });
  await harness.start(new FakeDocker());
  try {
    return await work(harness);
  } finally {
    await harness.stop();
  }
}

const comparable = (resources: Resource[]): unknown =>
  resources.map(({ created: _c, modified: _m, id: _i, provider: _p, inputs, outputs: _o, ...rest }) => ({
    ...rest,
    inputs: withoutIds(inputs),
  }));
const withoutIds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"(id|secretId|configId)":"[^"]*"/g, '"$1":"id"')) as unknown;
const names = (docker: FakeDocker): unknown =>
  Object.fromEntries(Object.entries(docker.stored).map(([kind, stored]) => [kind, [...stored.values()].map(({ name }) => name).sort()]));
