/**
 * Measures things by turns, in one order and in the other, so that of two each is first in half of the rounds. Rounds before them load code and
 * warm the compilers up: they do not count.
 * @returns what was measured of each, in the order of the rounds
 */
export async function byTurns<Name extends string, Measured>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name) => Promise<Measured>,
  warmUps = 1,
): Promise<Record<Name, Measured[]>> {
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<Name, Measured[]>;
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const value = await measure(name);
      if (round >= warmUps) measured[name].push(value);
    }
  }
  return measured;
}
