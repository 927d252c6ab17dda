import { readFileSync } from "node:fs";

/** What `/proc/stat` tells of the time of all cores since the computer started, in ticks. */
export interface CoreTimes {
  /** The computer's clock, milliseconds. */
  readonly atMs: number;
  readonly total: number;
  /** What a virtual machine's host gave to others meanwhile. */
  readonly steal: number;
}

/** The times of all cores of a `/proc/stat` (proc_stat(5)): guests' are part of the user's. */
export function readTimes(text: string, atMs: number): CoreTimes {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(" ").map(Number) ?? [];
  return { atMs, total: fields.slice(0, 8).reduce((sum, field) => sum + field, 0), steal: fields[7] ?? 0 };
}

/** Of this computer, now; one that does not tell them has nothing stolen. */
export function coreTimes(): CoreTimes {
  try {
    return readTimes(readFileSync("/proc/stat", "utf8"), Date.now());
  } catch {
    return { atMs: Date.now(), total: 0, steal: 0 };
  }
}

/** The part of the cores' time that the host gave to others in between, 0 to 1. */
export const stolenBetween = (from: CoreTimes, to: CoreTimes): number =>
  to.total > from.total ? (to.steal - from.steal) / (to.total - from.total) : 0;

/** Ticks are hundredths of a second: shorter spans tell no part. */
const spanMs = 1000;

/**
 * A clock of the time that this computer had for itself, milliseconds since it was made: slower than the computer's by what its host takes. Where
 * that is not told, the two go alike. Patience that is measured by it does not end because a virtual machine stood still.
 */
export function ownTime(read: () => CoreTimes = coreTimes): () => number {
  let [last, ownMs] = [read(), 0];
  return () => {
    const next = read();
    const nowMs = ownMs + (next.atMs - last.atMs) * (1 - stolenBetween(last, next));
    if (next.atMs - last.atMs >= spanMs) [last, ownMs] = [next, nowMs];
    return nowMs;
  };
}
