/** How long a message of SQS that failed the first time stays out of sight, in seconds … */
export const FIRST_BACKOFF_SECONDS = 30;
/** … doubling with each receive up to this. */
export const MAX_BACKOFF_SECONDS = 3600;
/** Share of it that a message may come earlier or later, so that those that failed together don't come back together. */
export const BACKOFF_JITTER = 0.1;

/**
 * Whole seconds from now until a failed message is to be received again. `receiveCount` counts this receive, so the first
 * failure has 1. The same message gets the same answer whoever asks.
 */
export function backoffSeconds(id: string, receiveCount: number): number {
  const doublings = Math.max(0, Math.floor(receiveCount) - 1) || 0;
  const seconds = Math.min(FIRST_BACKOFF_SECONDS * 2 ** doublings, MAX_BACKOFF_SECONDS);
  return Math.round(seconds * (1 + BACKOFF_JITTER * (2 * shareOf(id) - 1)));
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** From 0 up to 1: an FNV-1a hash of the id. */
function shareOf(id: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0) / 2 ** 32;
}
