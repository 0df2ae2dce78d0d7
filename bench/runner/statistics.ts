/** Between the two nearest when there is none in the middle. NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** A figure over the rounds: its median and its quartiles. */
export interface Spread {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), from: quantile(values, 0.25), to: quantile(values, 0.75) };
}
