/** How long the invocation may still take. The CLI and long-running services have none (Infinity). */
export interface Deadline {
  /** Milliseconds until the invocation is cut off; ≤ 0 once it is past. Core keeps `deadline.marginMs` of them back itself. */
  remainingMs(): number;
  /** Aborted when the end has come nearer than it was before: a process is to stop. What waits for the end waits anew. */
  readonly sooner?: AbortSignal;
}

export const NO_DEADLINE: Deadline = { remainingMs: () => Number.POSITIVE_INFINITY };
