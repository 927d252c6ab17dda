import { cpus, loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const everyMs = 5_000;

/** The computer's load now, for a figure's detail: `load 1.3 on 2 cores`. */
export const loadText = (): string => `load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`;

/**
 * Waits until the computer's load of the last minute is below `quietLoad`, at most `patienceMs`.
 * @returns what to note beside the figure: whether it was quiet at all
 */
export async function awaitQuiet(patienceMs: number, quietLoad = Math.max(1, 2 * cpus().length)): Promise<string> {
  const until = Date.now() + patienceMs;
  while (loadavg()[0]! >= quietLoad && Date.now() < until) await delay(everyMs);
  const isQuiet = loadavg()[0]! < quietLoad;
  return isQuiet ? `${loadText()} before` : `${loadText()} before: BUSY, take it again on a quiet machine`;
}
