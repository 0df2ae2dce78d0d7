import { type Clock, SluiceError } from "@sluice/core";

/** Attempts at one request, the first included; in all up to a minute. */
export const MAX_ATTEMPTS = 30;
/** Milliseconds before the second attempt. They double each time, up to MAX_DELAY_MS, and up to half is taken off by chance. */
const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 3_000;

/** Repeats `attempt` after faults that pass, until `signal`; then fails as the last attempt did. */
export async function retried<T>(attempt: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      const passes = error instanceof SluiceError && error.transient;
      if (!passes || made === MAX_ATTEMPTS) throw error;
      const delayMs = Math.min(MIN_DELAY_MS * 2 ** (made - 1), MAX_DELAY_MS);
      await clock.sleep(delayMs * (1 - Math.random() / 2), signal).catch(() => {
        throw error;
      });
    }
  }
}
