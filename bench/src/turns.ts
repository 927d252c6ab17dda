/**
 * Measures two things by turns, each first in half of the rounds. A round before them warms the compilers up and does not count.
 * @returns what was measured of each, in the order of the rounds
 */
export async function byTurns<Name extends string>(
  names: readonly [Name, Name],
  rounds: number,
  measure: (name: Name) => Promise<number>,
): Promise<Record<Name, number[]>> {
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const value = await measure(name);
      if (round > 0) measured[name].push(value);
    }
  }
  return measured;
}
