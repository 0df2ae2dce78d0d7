import type { Results } from "../runner/results.ts";
import type { Row } from "../runner/summary.ts";
import type { Evaluated } from "../targets/evaluate.ts";
import { TARGETS } from "../targets/targets.ts";

/** What the documents ask of a bench's results; each throws where it isn't there. */
export interface Lookup {
  row(workload: string, subject: string): Row;
  target(id: string): Evaluated;
  readonly results: Results;
}

/** Throws unless every target was measured: figures of different runs don't go into one document. */
export function lookup(results: Results): Lookup {
  const target = (id: string): Evaluated =>
    found(
      results.targets.find((each) => each.id === id),
      `target ${id}`,
    );
  for (const { id } of TARGETS) target(id);
  const row = (workload: string, subject: string): Row =>
    found(
      results.rows.find((each) => each.workload === workload && each.subject === subject),
      `${subject} on ${workload}`,
    );
  return { row, target, results };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined)
    throw new Error(`the results have no ${what}: run the whole bench, without --only and --subjects`);
  return value;
}
