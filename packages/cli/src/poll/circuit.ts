import type { Outcome } from "@sluice/core";
import { backoffMs } from "./limits.ts";

/** What a batch told of the sinks. */
export type Verdict = "down" | "up" | "unknown";

/**
 * Open while a required sink takes nothing: every message received then would only come back with one receive more. Only
 * probes are received, one message after a pause that doubles.
 */
export class Circuit {
  /** Probes in a row that failed, the batch that opened it included. */
  #failures = 0;
  #pause = 0;

  get isOpen(): boolean {
    return this.#failures > 0;
  }

  /** Milliseconds until the next probe; it is taken once for each failure. */
  takePause(): number {
    const pause = this.#pause;
    this.#pause = 0;
    return pause;
  }

  /** True when this opened or closed it. */
  note(verdict: Verdict, isProbe: boolean): boolean {
    const was = this.isOpen;
    if (verdict === "up") this.#failures = 0;
    // Batches that were under way when it opened tell nothing new.
    else if (verdict === "down" && (!was || isProbe)) this.#failures += 1;
    else if (verdict === "down") return false;
    // A probe that failed for its own fault: the next one mustn't follow at once, else they all come.
    else if (!isProbe) return false;
    this.#pause = this.isOpen ? backoffMs(this.#failures) : 0;
    return was !== this.isOpen;
  }
}

/** `down`: nothing got through, and some failed because of a sink. */
export function verdictOf({ units }: Outcome): Verdict {
  if (units.some(({ ok, items }) => ok && items > 0)) return "up";
  return units.some(({ error }) => error?.code === "SINK_UNAVAILABLE") ? "down" : "unknown";
}
