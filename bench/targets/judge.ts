import { type Spread, spread } from "../runner/statistics.ts";

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/**
 * `pass`: the median clears the bound by more than the values' interquartile range. `near`: it is on the right side, but
 * not by so much. `fail`: it is on the wrong side.
 */
export type Verdict = "pass" | "near" | "fail";

export interface Judged extends Spread {
  readonly verdict: Verdict;
}

/** `values` has one for each round, at least one in all. A single value has no spread: it passes when it keeps the bound. */
export function judge(values: readonly number[], bound: Bound): Judged {
  const found = spread(values);
  const margin = "atLeast" in bound ? found.median - bound.atLeast : bound.atMost - found.median;
  return { ...found, verdict: verdictOf(margin, found.to - found.from) };
}

function verdictOf(margin: number, range: number): Verdict {
  if (!(margin >= 0)) return "fail";
  return margin > range || range === 0 ? "pass" : "near";
}
