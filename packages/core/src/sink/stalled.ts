import type { Clock } from "../ports/clock.ts";
import { MAX_TIMER_MS } from "../time-left.ts";
import type { Lane } from "./lane.ts";

/** Milliseconds from one look at sinks that are waited for to the next, at least. */
const LEAST_WATCH_MS = 250;

/** While `done` isn't aborted: sinks of best effort that don't move on are left, as an acknowledgement waits for them. */
export async function leaveStalled(lanes: readonly Lane[], clock: Clock, done: AbortSignal): Promise<void> {
  try {
    for (let left = lanes; left.length > 0; left = left.filter((lane) => !lane.isLeft)) {
      const soonest = Math.min(...left.map((lane) => lane.untilLeftMs()));
      await clock.sleep(Math.max(LEAST_WATCH_MS, soonest), done);
      for (const lane of left) if (lane.untilLeftMs() <= 0) lane.leave();
    }
  } catch {
    // Nobody waits any more.
  }
}

/** While `done` isn't aborted: one sink that doesn't move on isn't waited for while others could go on; its records are owed from then on. */
export async function oweStalled(lanes: readonly Lane[], clock: Clock, done: AbortSignal): Promise<void> {
  try {
    while (!done.aborted) {
      const soonest = Math.min(...lanes.map((lane) => lane.untilStalledMs()));
      await clock.sleep(Math.min(Math.max(LEAST_WATCH_MS, soonest), MAX_TIMER_MS), done);
      const alive = lanes.filter((lane) => !lane.isBroken);
      const stalled = alive.filter((lane) => lane.untilStalledMs() <= 0);
      if (stalled.length < alive.length) for (const lane of stalled) lane.owe();
    }
  } catch {
    // Nobody waits any more.
  }
}
