import { existsSync } from "node:fs";
import type { Harness } from "./testing/harness";
import { COMPILED, killedAtWrite } from "./testing/killed";
import { endOf, inHarness, outcome } from "./testing/outcome";
import { PLATFORM } from "./testing/platform";

jest.setTimeout(300_000);

// Enough to keep the machine busy while each run starts its Node, few enough not to starve another suite.
const AT_ONCE = 3;

/** Kills a run at each of its writes and gives the outcome of the next run, by the number of the write. */
async function afterEachKill(
  before: Record<string, string> | undefined,
  config: Record<string, string>,
  writes: number,
): Promise<Record<number, unknown>> {
  const outcomes: Record<number, unknown> = {};
  const left = Array.from({ length: writes }, (_, index) => index + 1);
  const worker = async (): Promise<void> => {
    for (let n = left.shift(); n !== undefined; n = left.shift()) {
      const write = n;
      outcomes[write] = await inHarness(PLATFORM, async (harness) => {
        if (before) await harness.run("up", before);
        expect(await killedAtWrite(harness, write, config)).toBeGreaterThanOrEqual(write);
        return endOf(await outcome(harness, config));
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

const same = (value: unknown, writes: number): Record<number, unknown> =>
  Object.fromEntries(Array.from({ length: writes }, (_, index) => [index + 1, value]));

beforeAll(() => {
  if (!existsSync(COMPILED)) throw new Error(`${COMPILED}: Expected the compiled runner, found nothing. Run npx tsc -b infra/runner`);
});

/** Kills one run after another, each a write later than the one before, until one ends by itself. */
async function killedAgainAndAgain(harness: Harness, config: Record<string, string>): Promise<number> {
  let kills = 0;
  for (;;) {
    const count = await killedAtWrite(harness, kills + 1, config);
    if (count <= kills) return kills;
    kills++;
  }
}

const undisturbedUp = (): Promise<unknown> => inHarness(PLATFORM, async (harness) => endOf(await outcome(harness, {})));
const undisturbedUpdate = (): Promise<unknown> =>
  inHarness(PLATFORM, async (harness) => {
    await harness.run("up", {});
    return endOf(await outcome(harness, { content: "two" }));
  });

test("a first up and an update that are killed again and again are finished by the next runs", async () => {
  const [up, update] = [await undisturbedUp(), await undisturbedUpdate()];
  await inHarness(PLATFORM, async (harness) => {
    expect(await killedAgainAndAgain(harness, {})).toBeGreaterThanOrEqual(2);
    expect(endOf(await outcome(harness, {}))).toEqual(up);
    expect(await killedAgainAndAgain(harness, { content: "two" })).toBeGreaterThanOrEqual(2);
    expect(endOf(await outcome(harness, { content: "two" }))).toEqual(update);
  });
});

// Each write on its own takes minutes of Node starting: BARECAST_RUNNER_KILLS=all runs them.
const each = process.env["BARECAST_RUNNER_KILLS"] === "all" ? test : test.skip;

each("a first up that is killed at any of its writes is finished by the next", async () => {
  expect(await afterEachKill(undefined, {}, 6)).toEqual(same(await undisturbedUp(), 6));
});

each("an update that is killed at any of its writes is finished by the next", async () => {
  expect(await afterEachKill({}, { content: "two" }, 5)).toEqual(same(await undisturbedUpdate(), 5));
});
