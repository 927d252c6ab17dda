import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, failureOf, HEAD, LABELS, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string, more = {}): Promise<void> => void (harness = await begun(program, more));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

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
