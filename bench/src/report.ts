/** A figure as it is printed: what was measured, and whether it reaches what is wanted. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "" | "s" | "MB" | "lines";
  /** None: told for information. */
  readonly reach?: { readonly atMost: number } | { readonly atLeast: number };
  /** What stands behind it: medians, spreads, numbers of runs. */
  readonly detail: string;
}

/** Whether a figure is where it should be; true for one that has no aim. */
export function isReached({ value, reach }: Figure): boolean {
  if (!reach) return true;
  return "atMost" in reach ? value <= reach.atMost : value >= reach.atLeast;
}

/** A figure in one line: `SHORT join: 1.42 (at most 1.3); 310 ms / 218 ms, …`. */
export function figureText(figure: Figure): string {
  const { name, value, unit, reach, detail } = figure;
  const wanted = !reach ? "" : "atMost" in reach ? ` (at most ${reach.atMost})` : ` (at least ${reach.atLeast})`;
  const number = unit === "MB" || unit === "lines" ? value.toFixed(0) : value.toFixed(2);
  return `${isReached(figure) ? "ok   " : "SHORT"} ${name}: ${number}${unit && ` ${unit}`}${wanted}; ${detail}`;
}
