import type { Run } from "./run-once.ts";

/** A run and where it stands in the plan. */
export interface Measurement {
  readonly workload: string;
  readonly subject: string;
  readonly round: number;
  readonly run: Run;
}

/** A workload and a subject that it is run with, by their names. */
export type Pair = readonly [workload: string, subject: string];

export function runsOf(all: readonly Measurement[], [workload, subject]: Pair): Measurement[] {
  return all.filter((each) => each.workload === workload && each.subject === subject);
}
