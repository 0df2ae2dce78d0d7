import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";

/** How often the same thing is delivered before its source gives it up: more than all faults of a run together need. */
export const MAX_DELIVERIES = 60;
/** The same for what is meant to fail. */
export const MAX_POISON_DELIVERIES = 3;

/** One event on its way to the function. */
export interface Delivery {
  readonly event: object;
  /** To be called once, with what came of it; a function that was killed or threw has acknowledged nothing. */
  settle(result: InvokeResult): void;
}

/** What tells of objects or holds lines, and how it stands with it. */
export interface Told {
  /** For reports: the beginning of it. */
  readonly body: string;
  /** Can never be done. */
  readonly isPoison: boolean;
  isAcknowledged: boolean;
  /** Given up. */
  isDead: boolean;
  /** Something that it tells of is gone: it may come to nothing. */
  isDoomed: boolean;
}

/** Plays the part of the service that invokes the function. Time is simulated. */
export interface Source {
  /** Undefined while there is nothing to deliver. `now`: by the run's time. */
  next(now: number): Delivery | undefined;
  /** When something will come again; undefined, when nothing waits for its time. */
  comesAt(): number | undefined;
  readonly isDone: boolean;
}

/** The identifiers that the answer says failed; undefined where there is no answer. */
export function failuresIn(result: InvokeResult): ReadonlySet<string> | undefined {
  if (result.timedOut || result.errorType !== undefined) return undefined;
  const { batchItemFailures = [] } = (result.payload ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}
