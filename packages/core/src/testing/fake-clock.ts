import type { Clock } from "../ports/clock.ts";

export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in the order in which they are due; settles what waits on them. */
  advance(ms: number): Promise<void>;
  /** Sleeps asked for so far, in milliseconds. */
  readonly slept: readonly number[];
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until told otherwise. With `auto`, every sleep ends at once and moves time on by its length. */
export function fakeClock(start: number = Date.UTC(2026, 0, 2, 3, 4, 5), options: { auto?: boolean } = {}): FakeClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      slept.push(ms);
      if (options.auto === true) now += ms;
      if (options.auto === true || ms <= 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const sleeper: Sleeper = { due: now + ms, wake: resolve };
        sleepers.push(sleeper);
        const stop = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason);
        };
        signal.addEventListener("abort", stop, { once: true });
      });
    },
    advance: async (ms) => {
      const until = now + ms;
      for (;;) {
        const next = sleepers.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.due);
        next.wake();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}

/** Lets what waits on promises that are already settled go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
