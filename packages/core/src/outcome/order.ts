import type { Unit } from "../envelope/item.ts";

/**
 * Rounds of units, by their numbers: those of one round may be worked on at once, each round is over before the next begins.
 * All units are in one round, but for those of an ordered group, which come one in a round.
 */
export function rounds(units: readonly Unit[]): readonly (readonly number[])[] {
  const all: number[][] = [];
  const before = new Map<string, number>();
  units.forEach(({ group }, i) => {
    const round = group === undefined ? 0 : (before.get(group) ?? 0);
    if (group !== undefined) before.set(group, round + 1);
    const units = all[round] ?? [];
    units.push(i);
    all[round] = units;
  });
  return all;
}
