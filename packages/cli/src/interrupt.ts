import type { Deadline } from "@sluice/core";

/**
 * No deadline until the user asks to stop; from then on `marginMs`, which is the time that core takes for sending what
 * it has read: it reads no further, and what is unfinished fails.
 */
export function untilStopped(stop: AbortSignal, marginMs: number, now: () => number = Date.now): Deadline {
  let end: number | undefined;
  const asked = (): void => {
    end = now() + marginMs;
  };
  if (stop.aborted) asked();
  else stop.addEventListener("abort", asked, { once: true });
  return { remainingMs: () => (end === undefined ? Number.POSITIVE_INFINITY : end - now()) };
}
