import fc from "fast-check";
import { twoAtOnce } from "./testing/atOnce";
import type { Harness } from "./testing/harness";
import { killedAtWrite, MOMENTS } from "./testing/killed";
import { endOf, inHarness, outcome, type Outcome } from "./testing/outcome";
import { PLANNED, plans, type Plan } from "./testing/randomProgram";

// Programs by chance, killed by chance: BARECAST_RUNNER_PROGRAMS says how many of them, BARECAST_RUNNER_SEED which.
// Below the time of the step in which they run (infra/toolchain/test.mjs): what hangs is told by its name.
jest.setTimeout(10 * 60_000);

const numRuns = Number(process.env["BARECAST_RUNNER_PROGRAMS"] ?? 10);
const seed = Number(process.env["BARECAST_RUNNER_SEED"] ?? 20_261_124);
const kill = fc.record({ where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), moment: fc.constantFrom(...MOMENTS) });
type Kill = typeof kill extends fc.Arbitrary<infer T> ? T : never;
const cases = fc.sample(fc.record({ site: plans, change: plans, first: kill, second: kill }), { seed, numRuns });

const configOf = (plan: Plan) => ({ plan: JSON.stringify(plan) });

/** Kills a run at one of the writes that it would make (nothing to do leaves nothing to kill). @returns what the next run comes to */
async function afterKill(harness: Harness, plan: Plan, { where, moment }: Kill, { writes }: Outcome): Promise<unknown> {
  const write = 1 + Math.floor(where * writes);
  if (writes > 0) expect(await killedAtWrite(harness, write, configOf(plan), moment)).toBeGreaterThanOrEqual(write);
  return endOf(await outcome(harness, configOf(plan)));
}

test(`${numRuns} programs of seed ${seed}: a first up and a change, each killed once (unanswered, or beside a write of the state), end as undisturbed`, async () => {
  const ends = await twoAtOnce(cases, async ({ site, change, first, second }) => {
    const undisturbed = await inHarness(PLANNED, async (harness) => [
      await outcome(harness, configOf(site)),
      await outcome(harness, configOf(change)),
    ]);
    const [up, update] = [undisturbed[0]!, undisturbed[1]!];
    const killed = await inHarness(PLANNED, async (harness) => [
      await afterKill(harness, site, first, up),
      await afterKill(harness, change, second, update),
    ]);
    return { killed, undisturbed: [endOf(up), endOf(update)], writesOfNoop: [up.noop[1], update.noop[1]] };
  });
  expect(ends).toHaveLength(numRuns);
  for (const [program, { killed, undisturbed, writesOfNoop }] of ends.entries())
    expect({ program, killed, writesOfNoop }).toEqual({ program, killed: undisturbed, writesOfNoop: [[], []] });
});
