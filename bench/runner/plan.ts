import { type Subject, subjectNamed } from "../subject/subjects.ts";
import type { Target } from "../targets/targets.ts";
import { type Workload, workloadNamed } from "../workloads/workloads.ts";
import type { Pair } from "./measurement.ts";

/** A workload and the subjects that take turns on it. */
export interface Step {
  readonly workload: Workload;
  readonly subjects: readonly Subject[];
  readonly rounds: number;
}

/** Each pair once, by workload, in the order given. */
export function planOf(pairs: readonly Pair[], rounds: number, counted?: number): Step[] {
  const byWorkload = new Map<string, Set<string>>();
  for (const [workload, subject] of pairs)
    byWorkload.set(workload, (byWorkload.get(workload) ?? new Set()).add(subject));
  return [...byWorkload].map(([name, subjects]) => {
    const workload = workloadNamed(name);
    return {
      workload: counted === undefined ? workload : recounted(workload, counted),
      subjects: [...subjects].map(subjectNamed),
      rounds: Math.min(rounds, workload.rounds ?? rounds),
    };
  });
}

/** What the targets need; `only`: of those that need no other workload. */
export function pairsOf(targets: readonly Target[], only: readonly string[] | undefined): Pair[] {
  const wanted = targets.filter(
    ({ pairs }) => only === undefined || pairs.every(([workload]) => only.includes(workload)),
  );
  return wanted.flatMap(({ pairs }) => pairs);
}

/** Each subject on each workload, after its yardstick. */
export function pairsNamed(workloads: readonly string[], subjects: readonly string[]): Pair[] {
  const named = subjects
    .map(subjectNamed)
    .flatMap(({ name, yardstick }) => (yardstick === undefined ? [name] : [yardstick, name]));
  return workloads.flatMap((workload) => named.map((subject): Pair => [workload, subject]));
}

function recounted(workload: Workload, invocations: number): Workload {
  const warmUps = invocations > 1 ? 1 : 0;
  const counted = invocations - warmUps;
  return { ...workload, warmUps, counted };
}
