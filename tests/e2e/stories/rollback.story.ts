import { rmSync } from "node:fs";
import { request } from "@barecast/cli";
import { judgedAnswers, type Answer } from "../src/answers";
import { brokenCheckout } from "../src/checkout";
import { CommandFailed } from "../src/command";
import { Scene } from "../src/scene";
import { StolenTime, type Span } from "../src/stolen";
import { until } from "../src/until";

jest.setTimeout(60 * 60_000);

let scene: Scene;
let checkout: string | undefined;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(async () => {
  await scene?.close();
  if (checkout) rmSync(checkout, { recursive: true });
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

test("a broken image is rolled back with its last words, the old task serves on, and the next up with a good image ends well", async () => {
  const { site } = scene;
  await site.barecast.up(); // whatever was left to do is done before
  const before = await site.services();
  checkout = brokenCheckout("signaling", "No such module: ./conversation");

  const bad = site.barecast.by(checkout).verb(["up"], 45 * 60_000);
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

  await site.barecast.up();
  expect(await tasks()).toEqual(tasksBefore);
  let last: string[] = [];
  const judge = async () =>
    (last = (await answersDuring(Promise.resolve())).answers).length > 0 ? null : "The machine was taken by its host";
  await until("An answer that can be judged", judge, { withinMs: 600_000 });
  expect(last).toEqual(["401"]);
});
