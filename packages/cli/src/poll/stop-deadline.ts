import type { Clock, Deadline } from "@sluice/core";
import { MAX_WORK_MS, SETTLE_RESERVE_MS } from "./limits.ts";

/** When the consumer was asked to stop; undefined until then. */
export interface Stopping {
  readonly since: number | undefined;
  readonly graceMs: number;
  /** Aborted once `since` is there. */
  readonly signal: AbortSignal;
}

/** Half an hour less than SQS lets a message be hidden; once the consumer is to stop, what is left of the grace. */
export function workDeadline(receivedAt: number, stopping: Stopping, clock: Clock): Deadline {
  return {
    sooner: stopping.signal,
    remainingMs: () => {
      const work = receivedAt + MAX_WORK_MS - clock.now();
      if (stopping.since === undefined) return work;
      return Math.min(work, stopping.since + stopping.graceMs - SETTLE_RESERVE_MS - clock.now());
    },
  };
}
