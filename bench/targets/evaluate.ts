import { type Measurement, type Pair, runsOf } from "../runner/measurement.ts";
import { type Judged, judge } from "./judge.ts";
import type { Target } from "./targets.ts";

/** What came of a target. */
export interface Evaluated extends Judged {
  readonly id: string;
  readonly title: string;
  readonly unit: Target["unit"];
  readonly bound: Target["bound"];
  /** One for each round that has all of its runs. */
  readonly values: readonly number[];
}

/** Those of the targets that have all they need in one round at least. Nothing is ever compared across rounds. */
export function evaluate(
  targets: readonly Target[],
  measured: readonly Measurement[],
  loadedBytes: number | undefined,
): Evaluated[] {
  return targets.flatMap((target) => {
    const values = valuesOf(target, measured, loadedBytes);
    if (values.length === 0) return [];
    const { id, title, unit, bound } = target;
    return [{ id, title, unit, bound, values, ...judge(values, bound) }];
  });
}

function valuesOf(target: Target, measured: readonly Measurement[], loadedBytes = Number.NaN): number[] {
  const [first, ...others] = target.pairs;
  if (first === undefined) return Number.isNaN(loadedBytes) ? [] : [target.value({ run: noRun, loadedBytes })];
  const find = (pair: Pair, round: number) => runsOf(measured, pair).find((each) => each.round === round)?.run;
  const rounds = runsOf(measured, first).map(({ round }) => round);
  const whole = rounds.filter((round) => others.every((pair) => find(pair, round) !== undefined));
  return whole.map((round) => target.value({ run: (...pair) => find(pair, round) ?? noRun(), loadedBytes }));
}

function noRun(): never {
  throw new Error("a target reads a run that it doesn't name in its pairs");
}
