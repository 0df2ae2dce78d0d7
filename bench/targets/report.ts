import { table } from "../runner/table.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Bound } from "./judge.ts";
import type { Unit } from "./targets.ts";

const DIGITS: Readonly<Record<Unit, number>> = { "×": 2, MB: 1, ms: 0, cores: 3 };

/** One line for each target, and how many passed. */
export function report(found: readonly Evaluated[]): string {
  const rows = found.map((each) => {
    const { values, from, to, unit } = each;
    const quartiles = values.length < 2 ? "" : `${figure(from, unit)}–${figure(to, unit)}`;
    return [each.title, boundText(each.bound, unit), figure(each.median, unit), quartiles, each.verdict];
  });
  const passed = found.filter(({ verdict }) => verdict === "pass").length;
  const words = "pass: the median clears it by more than the interquartile range; near: it does not by so much";
  return `${table(["target", "asked", "median", "quartiles", "verdict"], rows)}\n\n${passed} of ${found.length} pass (${words})`;
}

export function boundText(bound: Bound, unit: Unit): string {
  return "atLeast" in bound ? `≥ ${bound.atLeast} ${unit}` : `≤ ${bound.atMost} ${unit}`;
}

/** Without its unit. */
export function figure(value: number, unit: Unit): string {
  return value.toFixed(DIGITS[unit]);
}
