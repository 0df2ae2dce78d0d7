import { Random } from "../fuzz/random.ts";
import { FAULTS } from "./faults/index.ts";
import type { FaultKind } from "./faults/kind.ts";
import type { ObjectKind } from "./workload/objects.ts";
import { type Need, sizeOf } from "./workload/workload.ts";
import type { Fault } from "./world.ts";

/** Faults that one run is given at most. */
const MOST_FAULTS = 3;

/** All that a seed decides before the run begins. */
export interface Plan {
  readonly seed: number;
  /** Draws whatever else the run needs. */
  readonly random: Random;
  readonly records: number;
  readonly faults: readonly Fault[];
  readonly environments: number;
  readonly hasArchive: boolean;
  readonly hasContinuation: boolean;
  /** Of JSON records: what the index refuses. */
  readonly badShare: number;
  /** Kind of the first object; JSON is refused in part. */
  readonly first: ObjectKind | undefined;
  readonly needs: ReadonlySet<Need>;
}

export interface PlanOptions {
  /** In place of those that the seed would choose. */
  readonly kinds?: readonly FaultKind[];
  /** Faults that need one of these are left out. */
  readonly without?: readonly Need[];
  /** In place of the seed's own number. */
  readonly records?: number;
}

export function planOf(seed: number, options: PlanOptions = {}): Plan {
  const random = new Random(seed);
  const { without = [] } = options;
  const drawn = options.kinds ?? chosen(random);
  const kinds = drawn.filter(({ needs = [] }) => !needs.some((need) => without.includes(need)));
  const faults = kinds.map((kind) => kind.make(new Random(random.below(2 ** 32))));
  const needs = new Set([...kinds, ...faults].flatMap(({ needs: its = [] }) => its));
  const least = Math.max(1, ...kinds.map((kind) => kind.environments ?? 1));
  return {
    seed,
    random,
    records: options.records ?? sizeOf(random),
    faults,
    environments: Math.max(least, 1 + random.below(2)),
    hasArchive: random.chance(0.2) || needs.has("archive"),
    hasContinuation: random.chance(0.6),
    badShare: random.chance(0.4) ? 0.02 : 0,
    first: kinds.find((kind) => kind.first !== undefined)?.first,
    needs,
  };
}

function chosen(random: Random): FaultKind[] {
  const count = 1 + random.below(MOST_FAULTS);
  const isDrawn = ({ oneIn }: FaultKind): boolean => oneIn !== undefined && random.chance(1 / oneIn);
  const [rare] = FAULTS.filter(isDrawn);
  const left = FAULTS.filter(({ oneIn }) => oneIn === undefined);
  const usual = Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] as FaultKind);
  const drawn = rare === undefined ? usual : [rare, ...usual.slice(1)];
  return drawn.filter((kind, i) => !drawn.slice(0, i).some((other) => excludes(kind, other) || excludes(other, kind)));
}

function excludes({ notWith = [] }: FaultKind, { name }: FaultKind): boolean {
  return notWith.includes(name);
}
