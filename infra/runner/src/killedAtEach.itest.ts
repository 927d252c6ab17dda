import { killedAtWrite } from "./testing/killed";
import { endOf, inHarness, outcome, type Outcome } from "./testing/outcome";
import { PLATFORM } from "./testing/platform";

// Below the time of the step in which they run (infra/toolchain/test.mjs): what hangs is told by its name.
jest.setTimeout(10 * 60_000);

// Enough to keep the machine busy while each run starts its Node, few enough not to starve another suite.
const AT_ONCE = 2;

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

/** What an undisturbed run comes to, once for each of its writes. */
const asUndisturbed = ({ writes, ...end }: Outcome): Record<number, unknown> =>
  Object.fromEntries(Array.from({ length: writes }, (_, index) => [index + 1, end]));

test("a first up that is killed at any of its writes is finished by the next", async () => {
  const undisturbed = await inHarness(PLATFORM, (harness) => outcome(harness, {}));
  expect(undisturbed.writes).toBe(6);
  expect(await afterEachKill(undefined, {}, undisturbed.writes)).toEqual(asUndisturbed(undisturbed));
});

test("an update that is killed at any of its writes is finished by the next", async () => {
  const undisturbed = await inHarness(PLATFORM, async (harness) => {
    await harness.run("up", {});
    return outcome(harness, { content: "two" });
  });
  expect(undisturbed.writes).toBe(5);
  expect(await afterEachKill({}, { content: "two" }, undisturbed.writes)).toEqual(asUndisturbed(undisturbed));
});
