import type { ErrorCode } from "../errors.ts";
import type { Counts, UnitOutcome } from "./outcome.ts";

/**
 * What an invocation as a whole comes to, for a caller that waits for it (Step Functions, a program): Lambda drops it where nobody
 * does. Counts and codes, nothing of the records, so that it stays small.
 */
export interface InvocationAnswer
  extends Pick<
    Counts,
    | "in"
    | "skipped"
    | "added"
    | "filtered"
    | "superseded"
    | "delivered"
    | "deadLettered"
    | "dropped"
    | "continued"
    | "copied"
  > {
  /**
   * `handedOver`: something of it is on the continuation queue, and not in every required sink yet. `deadLettered`: all of it is
   * settled, something only as a dead letter. `delivered`: every required sink has what it is to have.
   */
  readonly status: "delivered" | "deadLettered" | "handedOver";
  /** Objects, batches of logs and so on that the event held. */
  readonly items: number;
  /** Messages on the continuation queue. */
  readonly handedOver: number;
  /** Items by the code of why they were handed over or are dead letters. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
}

export function invocationAnswer(outcomes: readonly UnitOutcome[], counts: Counts): InvocationAnswer {
  const handedOver = outcomes.reduce((sum, unit) => sum + (unit.handedOver?.messages ?? 0), 0);
  const { skipped, added, filtered, superseded, delivered, deadLettered, dropped, continued, copied } = counts;
  return {
    status: handedOver > 0 ? "handedOver" : hasDeadLetters(counts) ? "deadLettered" : "delivered",
    items: outcomes.reduce((sum, { items }) => sum + items, 0),
    handedOver,
    errors: errorsOf(outcomes),
    in: counts.in,
    skipped,
    added,
    filtered,
    superseded,
    delivered,
    deadLettered,
    dropped,
    continued,
    copied,
  };
}

function hasDeadLetters({ units, deadLettered }: Counts): boolean {
  return units.deadLettered !== undefined || Object.keys(deadLettered).length > 0;
}

function errorsOf(outcomes: readonly UnitOutcome[]): Partial<Record<ErrorCode, number>> {
  const errors: Partial<Record<ErrorCode, number>> = {};
  for (const unit of outcomes) {
    const codes = [...(unit.handedOver?.errors ?? []), ...(unit.deadLettered ? [unit.deadLettered.code] : [])];
    for (const code of codes) errors[code] = (errors[code] ?? 0) + 1;
  }
  return errors;
}
