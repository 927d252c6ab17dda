/** The value in the middle; of an even number of values the mean of the two. @throws RangeError when there are none */
export function median(values: readonly number[]): number {
  const sorted = sort(values);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` (0 to 1) of all values do not exceed (nearest rank). @throws RangeError when there are none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sort(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** `12 to 34`, rounded. */
export const spread = (values: readonly number[]): string => `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`;

function sort(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError("Expected values, found none");
  return [...values].sort((a, b) => a - b);
}
