/** How long the invocation may still take. The CLI and long-running services have none (Infinity). */
export interface Deadline {
  /** Milliseconds until work must be finished and answered; ≤ 0 once it is past. */
  remainingMs(): number;
}

export const NO_DEADLINE: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };
