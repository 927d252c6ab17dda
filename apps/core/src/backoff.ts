/** Milliseconds before the n-th try (0, 1, …): doubling from `firstMs` to `mostMs`, less up to a third, so that clients do not come back in step. */
export function backoffMs(tries: number, firstMs: number, mostMs: number, random: () => number = Math.random): number {
  return Math.min(mostMs, firstMs * 2 ** tries) * (1 - random() / 3);
}
