import { until } from "./until";

export interface Steadiness {
  /** So many answers in a row. */
  readonly times: number;
  readonly withinMs: number;
  readonly everyMs?: number;
}

/**
 * Asks until it was answered so many times in a row: one answer among failures proves nothing.
 * @param ask gives null, or what was wrong
 * @returns when the first of the row was asked, by the clock @throws Error what was wrong last
 */
export async function steadySince(
  what: string,
  ask: () => Promise<string | null>,
  { times, withinMs, everyMs = 100 }: Steadiness,
  clock: () => number,
): Promise<number> {
  let [inARow, firstMs] = [0, 0];
  const check = async () => {
    const askedMs = clock();
    const wrong = await ask();
    if (inARow === 0) firstMs = askedMs;
    inARow = wrong === null ? inARow + 1 : 0;
    return inARow >= times ? null : (wrong ?? `Answered ${inARow} times in a row`);
  };
  await until(what, check, { withinMs, everyMs });
  return firstMs;
}
