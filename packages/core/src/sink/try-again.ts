import pRetry from "p-retry";
import type { RetryConfig } from "../config/config.ts";
import type { Clock } from "../ports/clock.ts";
import type { Deadline } from "../ports/deadline.ts";
import type { Reason } from "../ports/sink.ts";

/** How long a sink is waited for. */
export interface Patience {
  readonly retry: RetryConfig;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Milliseconds before the deadline at which waiting for a sink ends. */
  readonly reserveMs: number;
  readonly signal: AbortSignal;
}

/** Thrown by an attempt that is worth repeating; carries what is left to do. */
export class TryAgain<Rest> extends Error {
  readonly rest: Rest;
  readonly reason: Reason;
  readonly afterMs: number;
  constructor(rest: Rest, reason: Reason, afterMs: number) {
    super(reason.message);
    this.name = "TryAgain";
    this.rest = rest;
    this.reason = reason;
    this.afterMs = afterMs;
  }
}

/** Repeats `attempt` while it throws TryAgain: with backoff, at least `afterMs` later, until the attempts' end or the deadline. */
export function tryPatiently(patience: Patience, attempt: (number: number) => Promise<void>): Promise<void> {
  const { retry, clock, deadline, reserveMs, signal } = patience;
  const remainingMs = (): number => deadline.remainingMs() - reserveMs;
  return pRetry(attempt, {
    retries: retry.attempts - 1,
    minTimeout: retry.minDelayMs,
    maxTimeout: retry.maxDelayMs,
    maxRetryTime: Math.max(0, remainingMs()),
    randomize: true,
    signal,
    shouldRetry: ({ error }) => error instanceof TryAgain && error.afterMs < remainingMs(),
    onFailedAttempt: async ({ error, retryDelay, retriesLeft }) => {
      if (!(error instanceof TryAgain)) return;
      const more = error.afterMs - retryDelay;
      // Retry-After beyond the backoff; pointless when no attempt follows.
      if (retriesLeft > 0 && more > 0 && error.afterMs < remainingMs()) await clock.sleep(more, signal);
    },
  });
}
