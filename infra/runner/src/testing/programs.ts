import type { RunnerError, RunnerOptions } from "../api";
import { FakeDocker } from "./fakeDocker";
import { Harness } from "./harness";

/** What programs of tests begin with, and what marks their objects as the site's. */
export const HEAD = `const docker = require("@pulumi/docker"); const pulumi = require("@pulumi/pulumi");`;
export const LABELS = `labels: [{ label: "barecast.site", value: "wire" }]`;

/** A harness around one program, with a Docker of its own. Whoever begins it stops it. */
export async function begun(program: string, more: Partial<RunnerOptions> = {}): Promise<Harness> {
  const harness = new Harness("wire", { "program.js": program }, more);
  await harness.start(new FakeDocker());
  return harness;
}

/** Docker's writes of the last run, as `POST /volumes/create data`. */
export const writesOf = ({ docker }: Harness): string[] => docker.writes.map(({ method, path, name }) => `${method} ${path} ${name}`);

/** What a run failed with; ending well is the failure here. */
export const failureOf = (work: Promise<unknown>): Promise<RunnerError> =>
  work.then(
    () => Promise.reject(new Error("it ended well")),
    (error: RunnerError) => error,
  );
