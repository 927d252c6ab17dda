import type { Decoded } from "./counter";

/** One picture as a page presented it. */
export interface Reading {
  /** Milliseconds since the page began to read (its own monotonic clock). */
  readonly atMs: number;
  /** The computer's clock, milliseconds: the same for all browsers of a test. */
  readonly wallMs: number;
  readonly decoded: Decoded;
}

/** What a live picture must show: this many new numbers in each second, each higher than all before. */
export interface Liveness {
  readonly seconds: number;
  readonly newValuesPerSecond: number;
}
export const live: Liveness = { seconds: 10, newValuesPerSecond: 5 };

/** Why these readings are not those of a live picture, or null. Pictures that can't be decoded are told when there are too few others. */
export const livenessProblem = (readings: readonly Reading[], wanted: Liveness): string | null => livenessOf(readings, wanted).problem;

/** The same, with the second (from 0) that is the reason: the first with too few new numbers, or the one in which they fell. */
export function livenessOf(
  readings: readonly Reading[],
  { seconds, newValuesPerSecond }: Liveness,
): { readonly problem: string | null; readonly poorSecond?: number } {
  if (readings.length === 0) return { problem: `Expected pictures for ${seconds} s, found none`, poorSecond: 0 };
  let highest = -1;
  const fresh = Array<number>(seconds).fill(0);
  for (const { atMs, decoded } of readings) {
    if (decoded.value === null) continue;
    const second = Math.floor(atMs / 1000);
    if (decoded.value < highest)
      return { problem: `Expected rising numbers, found ${decoded.value} after ${highest} at ${Math.round(atMs)} ms`, poorSecond: second };
    if (decoded.value > highest && second < seconds) fresh[second]! += 1;
    highest = decoded.value;
  }
  const poor = fresh.findIndex((count) => count < newValuesPerSecond);
  if (poor < 0) return { problem: null };
  const reasons = readings.filter(({ atMs }) => Math.floor(atMs / 1000) === poor).flatMap(({ decoded }) => decoded.reason ?? []);
  const problem = [
    `Expected ${newValuesPerSecond} new numbers in each of ${seconds} seconds, found ${fresh.join(", ")}`,
    ...(reasons.length > 0 ? [`${reasons.length} pictures of second ${poor + 1} could not be decoded, the last: ${reasons.at(-1)}`] : []),
  ].join(". ");
  return { problem, poorSecond: poor };
}

/**
 * How long after the publisher a viewer showed its last number: both read at the same time, against the computer's clock.
 * @throws Error when the publisher's readings do not hold that number
 */
export function lagMs(publisher: readonly Reading[], viewer: readonly Reading[]): number {
  const last = viewer.findLast(({ decoded }) => decoded.value !== null);
  if (!last) throw new Error(`Expected a number on the viewer's side, found ${viewer.at(-1)?.decoded.reason ?? "no picture"}`);
  const value = last.decoded.value as number;
  const shown = publisher.find(({ decoded }) => decoded.value !== null && decoded.value >= value);
  if (!shown) throw new Error(`Expected ${value} among the publisher's numbers, found ${rangeOf(publisher)}`);
  return last.wallMs - shown.wallMs;
}

/** `12 to 340`, for people. */
export function rangeOf(readings: readonly Reading[]): string {
  const values = readings.flatMap(({ decoded }) => decoded.value ?? []);
  return values.length === 0 ? "none" : `${Math.min(...values)} to ${Math.max(...values)}`;
}
