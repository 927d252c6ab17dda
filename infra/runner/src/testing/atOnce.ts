// Enough to keep the machine busy while each run starts its Node, few enough not to starve another suite.
const AT_ONCE = 2;

/** Works on all, two at once. @returns what came of each, in their order */
export async function twoAtOnce<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
