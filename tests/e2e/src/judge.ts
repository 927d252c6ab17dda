import { appendFileSync } from "node:fs";
import path from "node:path";
import { livenessOf, type Liveness, type Reading } from "./reading";
import { StolenTime, type Span } from "./stolen";

/** A second of which the host took this part is not the stream's to answer for; nor are those right after, in which players recover. */
const stolenPart = 0.2;
const recoveryMs = 10_000;
/** A machine that never has ten seconds of its own fails the test. */
const patienceMs = 10 * 60_000;

/** For `make soak`, which tells how often a picture was watched again: a line each in the run's folder. */
function noteWatchedAgain(why: string): void {
  const folder = process.env["BARECAST_E2E_RUN"];
  if (folder !== undefined) appendFileSync(path.join(folder, "watchedAgain"), `${why}\n`);
}

/** How much of the machine was taken when a time was poor, a second: the most of any span until its end; 0 when it was the machine's own. */
export function stolenBefore(spans: readonly Span[], fromMs: number, toMs = fromMs + 1000): number {
  const most = Math.max(0, ...spans.filter((span) => span.toMs > fromMs - recoveryMs && span.fromMs < toMs).map(({ stolen }) => stolen));
  return most >= stolenPart ? most : 0;
}

/**
 * Watches until there is something to judge: pictures that are live, or that are not although the machine had its time. Where the machine's
 * host took it (steal, proc_stat(5)) in a second with too few pictures or falling ones (a player that joined anew), nothing is known of the stream: that is said, and it is watched again.
 * @param look reads the pictures that are judged, and others beside them, for the time of `wanted`
 * @returns the last readings, and why the first of them are not live, or null
 */
export async function judged<T extends readonly [Reading[], ...Reading[][]]>(
  wanted: Liveness,
  look: () => Promise<T>,
  measure: () => Pick<StolenTime, "stop"> = () => new StolenTime(),
): Promise<{ readonly problem: string | null; readonly readings: T }> {
  const began = Date.now();
  for (;;) {
    const [startMs, stolenTime] = [Date.now(), measure()];
    let spans: readonly Span[] = [];
    const readings = await look().finally(() => (spans = stolenTime.stop()));
    const { problem, poorSecond } = livenessOf(readings[0], wanted);
    if (problem === null || poorSecond === undefined) return { problem, readings };
    const first = readings[0][0];
    const stolen = stolenBefore(spans, (first ? first.wallMs - first.atMs : startMs) + poorSecond * 1000);
    if (stolen === 0) return { problem, readings };
    const why = `${problem}, while ${Math.round(100 * stolen)} % of the machine was taken by its host`;
    if (Date.now() - began > patienceMs) return { problem: `${why}, for ${patienceMs / 60_000} minutes`, readings };
    console.warn(`Not judged, and watched again: ${why}`);
    noteWatchedAgain(why);
  }
}
