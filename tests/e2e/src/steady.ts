import { isDeepStrictEqual } from "node:util";
import { until } from "./until";

/** Waits until two looks, some seconds apart, see the same. @returns what they saw @throws Error with what the last two saw */
export async function steady<T>(what: string, look: () => Promise<T>, { withinMs = 120_000, everyMs = 5000 } = {}): Promise<T> {
  let seen: readonly T[] = [];
  const difference = async () => {
    seen = [...seen, await look()].slice(-2);
    return seen.length === 2 && isDeepStrictEqual(seen[0], seen[1]) ? null : `Seen one after the other: ${JSON.stringify(seen)}`;
  };
  await until(what, difference, { withinMs, everyMs });
  return seen[1]!;
}
