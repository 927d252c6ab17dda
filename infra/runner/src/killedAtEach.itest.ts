import { twoAtOnce } from "./testing/atOnce";
import { killedAtWrite } from "./testing/killed";
import { endOf, inHarness, outcome, type Outcome } from "./testing/outcome";
import { PLATFORM } from "./testing/platform";

// Below the time of the step in which they run (infra/toolchain/test.mjs): what hangs is told by its name.
jest.setTimeout(10 * 60_000);

/** Kills a run at each of its writes and gives the outcome of the next run, by the order of the writes. */
const afterEachKill = (before: Record<string, string> | undefined, config: Record<string, string>, writes: number): Promise<unknown[]> =>
  twoAtOnce(
    Array.from({ length: writes }, (_, index) => index + 1),
    (write) =>
      inHarness(PLATFORM, async (harness) => {
        if (before) await harness.run("up", before);
        expect(await killedAtWrite(harness, write, config)).toBeGreaterThanOrEqual(write);
        return endOf(await outcome(harness, config));
      }),
  );

/** What an undisturbed run comes to, once for each of its writes. */
const asUndisturbed = ({ writes, ...end }: Outcome): unknown[] => Array.from({ length: writes }, () => end);

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
