import { rmSync } from "node:fs";
import { request } from "@barecast/cli";
import { judgedAnswers, type Answer } from "../src/answers";
import { brokenCheckout, changedCheckout } from "../src/checkout";
import { CommandFailed } from "../src/command";
import { registryContent } from "../src/registry";
import { Scene } from "../src/scene";
import { StolenTime, type Span } from "../src/stolen";
import { until } from "../src/until";

jest.setTimeout(60 * 60_000);

let scene: Scene;
const checkouts: string[] = [];
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(async () => {
  await scene?.close();
  for (const checkout of checkouts) rmSync(checkout, { recursive: true });
});

/** What the site's signaling answered while `work` ran, once each: nobody is signed in (401), or what was wrong. */
async function answersDuring<T>(work: Promise<T>): Promise<{ result: T; answers: string[] }> {
  const { site } = scene;
  const endpoint = { domain: site.about.domain, address: site.up.machineAddress, port: 443, ca: site.about.ca };
  const answers: Answer[] = [];
  const stolenTime = new StolenTime();
  let spans: readonly Span[] = [];
  let isDone = false;
  const asking = (async () => {
    while (!isDone) {
      const askedMs = Date.now();
      const said = await request(endpoint, "GET", "/session", { timeoutMs: 60_000 }).then(
        ({ status }) => String(status),
        ({ message }: Error) => message,
      );
      answers.push({ said, askedMs, answeredMs: Date.now() });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const result = await work.finally(async () => {
    isDone = true;
    await asking.finally(() => (spans = stolenTime.stop()));
  });
  return { result, answers: judgedAnswers(answers, "401", spans) };
}

/** The error at the end of what a command said, each line once, for Swarm may have tried more than once, without the ids of tasks and nodes. */
const wordsOf = (failure: unknown): string[] => {
  if (!(failure instanceof CommandFailed)) throw new Error(`Expected a command that fails, found ${String(failure)}`);
  const lines = failure.output.trimEnd().split("\n");
  const words = lines.slice(lines.lastIndexOf("") + 1).map((line) => line.replace(/task \w{25} on node \w{25}/, "task … on node …"));
  return [...new Set(words)];
};

test("a broken image is rolled back with its last words, the old task serves on, and the next up with a good image ends well and removes it", async () => {
  const { site } = scene;
  await site.barecast.up(); // whatever was left to do is done before
  const before = await site.services();
  checkouts.push(brokenCheckout("signaling", "No such module: ./conversation"));

  const bad = site.barecast.by(checkouts[0]!).verb(["up"], 45 * 60_000);
  const { result, answers } = await answersDuring(bad.catch((error: unknown) => error));
  expect(wordsOf(result)).toEqual([
    "signaling: Failed to update: Docker rolled the update back (rollback_completed: rollback completed)",
    "  task … on node …: failed: task: non-zero exit (1)",
    "  log: No such module: ./conversation",
  ]);
  expect((result as CommandFailed).exitCode).not.toBe(0);
  expect(answers).toEqual(["401"]);
  const tasks = async () => Object.fromEntries(Object.entries(await site.services()).map(([service, state]) => [service, state.tasks]));
  const tasksBefore = Object.fromEntries(Object.entries(before).map(([service, state]) => [service, state.tasks]));
  expect(await tasks()).toEqual(tasksBefore);
  expect(await signalingImages()).toHaveLength(2);

  await site.barecast.up();
  expect(await tasks()).toEqual(tasksBefore);
  expect(await signalingImages()).toHaveLength(1);
  let last: string[] = [];
  const judge = async () =>
    (last = (await answersDuring(Promise.resolve())).answers).length > 0 ? null : "The machine was taken by its host";
  await until("An answer that can be judged", judge, { withinMs: 600_000 });
  expect(last).toEqual(["401"]);
});

test("what a change would be rolled back to stays", async () => {
  const { site } = scene;
  const [before] = await signalingImages();
  checkouts.push(changedCheckout("signaling", (dockerfile) => `${dockerfile}LABEL again=1\n`));
  await site.barecast.by(checkouts.at(-1)!).up();
  const after = await signalingImages();
  expect(after).toHaveLength(2);
  expect(after).toContain(before);
  await site.barecast.up();
  expect(await signalingImages()).toEqual(after);
});

/** Signaling's images on the host, as `<name>@<digest>`; the registry must have the same, and each image whole. */
async function signalingImages(): Promise<string[]> {
  const { site } = scene;
  const list = await site.inside("docker", "image", "ls", "--digests", "--format", "{{.Repository}}@{{.Digest}}");
  const ours = Array.from(list.matchAll(/^[\d.]+:\d+\/(signaling@\S+)$/gm), ([, name]) => name!);
  const onHost = [...new Set(ours)].sort();
  const { images, lacking, garbage } = await registryContent(site);
  const inRegistry = images.filter((image) => image.startsWith("signaling@"));
  expect({ inRegistry, lacking, garbage }).toEqual({ inRegistry: onHost, lacking: [], garbage: [] });
  return onHost;
}
