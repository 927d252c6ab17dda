import type { Harness } from "./testing/harness";
import { killedAtWrite } from "./testing/killed";
import { endOf, inHarness, outcome } from "./testing/outcome";
import { PLATFORM } from "./testing/platform";

jest.setTimeout(300_000);

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
