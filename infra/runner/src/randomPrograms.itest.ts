import fc from "fast-check";
import type { Harness } from "./testing/harness";
import { killedAtWrite } from "./testing/killed";
import { endOf, inHarness, outcome } from "./testing/outcome";
import { PLANNED, plans, type Plan } from "./testing/randomProgram";

// Programs by chance, killed by chance: BARECAST_RUNNER_PROGRAMS says how many of them, BARECAST_RUNNER_SEED which.
// Below the time of the step in which they run (infra/toolchain/test.mjs): what hangs is told by its name.
jest.setTimeout(10 * 60_000);

const numRuns = Number(process.env["BARECAST_RUNNER_PROGRAMS"] ?? 3);
const seed = Number(process.env["BARECAST_RUNNER_SEED"] ?? 20_261_124);
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const cases = fc.sample(fc.record({ site: plans, change: plans, firstKill: share, secondKill: share }), { seed, numRuns });

const configOf = (plan: Plan) => ({ plan: JSON.stringify(plan) });
const writeAt = (where: number, writes: number) => 1 + Math.floor(where * writes);

/** Kills a run at one of the writes that it would make; nothing to do leaves nothing to kill. */
async function kill(harness: Harness, plan: Plan, where: number, writes: number): Promise<void> {
  if (writes === 0) return;
  const write = writeAt(where, writes);
  expect(await killedAtWrite(harness, write, configOf(plan))).toBeGreaterThanOrEqual(write);
}

test.each(cases.map((one, number) => ({ number, ...one })))(
  `seed ${seed}, program $number: a first up and a change that are killed at some write end as undisturbed ones`,
  async ({ site, change, firstKill, secondKill }) => {
    const [first, second] = await inHarness(PLANNED, async (harness) => [
      await outcome(harness, configOf(site)),
      await outcome(harness, configOf(change)),
    ]);
    expect([first!.noop[1], second!.noop[1]]).toEqual([[], []]);
    await inHarness(PLANNED, async (harness) => {
      await kill(harness, site, firstKill, first!.writes);
      expect(endOf(await outcome(harness, configOf(site)))).toEqual(endOf(first!));
      await kill(harness, change, secondKill, second!.writes);
      expect(endOf(await outcome(harness, configOf(change)))).toEqual(endOf(second!));
    });
  },
);
