/** Batches that are under way at once. */
export const DEFAULT_CONCURRENCY = 4;
/** Bytes, as stored, of the objects that batches under way refer to; a batch that is larger alone goes alone. */
export const DEFAULT_CONCURRENCY_BYTES: number = 256 * 1024 * 1024;
/** What an object counts for whose notification doesn't tell its size. Bytes. */
export const UNKNOWN_OBJECT_BYTES: number = 16 * 1024 * 1024;
/** From the request to stop until what isn't finished is given back. Seconds; ECS and Kubernetes kill after 30. */
export const DEFAULT_GRACE_SECONDS = 25;
/** Of the grace, what is kept for deleting what was done. */
export const SETTLE_RESERVE_MS = 2_000;
/** How long giving back may take, after the grace. */
export const GIVE_BACK_MS = 3_000;
/** SQS lets a message go 12 hours after its receive at the latest (SQS Developer Guide, "visibility timeout"); core ends before. */
export const MAX_WORK_MS: number = 11.5 * 3_600_000;
/** For a queue whose own visibility timeout is 0. Seconds. */
export const FALLBACK_VISIBILITY_SECONDS = 30;
/** Backoff after requests that failed, and between probes of a sink that is down. Milliseconds, doubling. */
export const MIN_BACKOFF_MS = 1_000;
export const MAX_BACKOFF_MS = 60_000;
/** Requests that a deletion is tried with, and the time before the second one, doubling. */
export const DELETE_ATTEMPTS = 5;
export const DELETE_BACKOFF_MS = 200;
/** Receives in a row without a message after which a queue may be empty, and what each waits, when draining. */
export const DRAIN_EMPTY_RECEIVES = 3;
export const DRAIN_WAIT_SECONDS = 1;
/** Requests that failed in a row after which a start gives up, and so do --drain and --once: about two minutes. */
export const MAX_FAILURES = 8;
/** Without a successful receive, and without progress of what is under way, for so long, the consumer isn't healthy any more. */
export const MAX_SILENCE_MS: number = 5 * 60_000;

export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(MIN_BACKOFF_MS * 2 ** Math.max(0, failures - 1), MAX_BACKOFF_MS);
  return full * (1 - random() / 2);
}
