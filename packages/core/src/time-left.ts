import type { DeadlineConfig } from "./config/config.ts";
import { SluiceError } from "./errors.ts";
import type { Deadline } from "./ports/deadline.ts";

/** Part of the margin that sends may not use: it is for handing over what is left, and for the answer. */
const ANSWER_SHARE = 5;
/** Part of that which handing over may not use. */
const LAST_SHARE = 4;
/** Parts of an invocation's time that are never kept back: a short one is to read something as well. */
const LEAST_MARGIN_SHARE = 3;
const MOST_MARGIN_SHARE = 2;
/** Part of an invocation's time that may be spent on coming to the place where an object is to be gone on with: half. */
export const PASSING_SHARE = 2;
/** Sinks are given this much longer to finish than they took lately. */
const CAUTION = 1.5;

/** Longest time that a timer can wait. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/**
 * What is left of an invocation's time, and what for: first reading ends, as long before the end as the sinks need to finish; then
 * sending; then handing over what is left.
 */
export class TimeLeft {
  readonly deadline: Deadline;
  /** Milliseconds that the invocation had in all. */
  readonly givenMs: number;
  /** Milliseconds before the end at which sends are broken off. */
  readonly answerMs: number;
  readonly #config: DeadlineConfig;
  #marginMs = 0;
  #maxMarginMs = 0;
  readonly #reading = new AbortController();
  readonly #sending = new AbortController();
  readonly #answering = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #onSooner = (): void => void this.#share(this.deadline.remainingMs());

  constructor(deadline: Deadline, config: DeadlineConfig) {
    this.deadline = deadline;
    this.#config = config;
    this.givenMs = deadline.remainingMs();
    this.answerMs = this.#share(this.givenMs);
    deadline.sooner?.addEventListener("abort", this.#onSooner, { once: true });
  }

  /** Shares out what is left now, in milliseconds; gives back what is kept for the answer. */
  #share(remainingMs: number): number {
    const { marginMs, maxMarginMs } = this.#config;
    const leftMs = Math.max(0, remainingMs);
    this.#clear();
    this.#marginMs = Math.min(marginMs, leftMs / LEAST_MARGIN_SHARE);
    this.#maxMarginMs = Math.max(this.#marginMs, Math.min(maxMarginMs, leftMs / MOST_MARGIN_SHARE));
    const answerMs = this.#marginMs / ANSWER_SHARE;
    this.#abortBefore(this.#reading, this.#marginMs);
    this.#abortBefore(this.#sending, answerMs);
    this.#abortBefore(this.#answering, answerMs / LAST_SHARE);
    return answerMs;
  }

  get reading(): AbortSignal {
    return this.#reading.signal;
  }

  get sending(): AbortSignal {
    return this.#sending.signal;
  }

  get answering(): AbortSignal {
    return this.#answering.signal;
  }

  /** What may be spent on passing over what was done before is over. Not so where a process is to stop: another one has the time. */
  get isPassingLate(): boolean {
    if (this.deadline.sooner?.aborted === true || !Number.isFinite(this.givenMs)) return false;
    return this.deadline.remainingMs() < this.givenMs * (1 - 1 / PASSING_SHARE);
  }

  /** Milliseconds since the invocation began. */
  get spentMs(): number {
    return this.givenMs - this.deadline.remainingMs();
  }

  /** Throws DEADLINE when it is time to end reading. `drainMs`: how long the sinks would take now, by what they took lately. */
  check(drainMs: () => number): void {
    if (this.#reading.signal.aborted) throw deadlineError();
    const remaining = this.deadline.remainingMs();
    if (remaining > this.#maxMarginMs) return;
    const margin = Math.min(Math.max(drainMs() * CAUTION + this.answerMs, this.#marginMs), this.#maxMarginMs);
    if (remaining <= margin) throw deadlineError();
  }

  /** A read cut off by the deadline says so, whatever words the reader found for it. */
  explain(error: unknown): unknown {
    return this.#reading.signal.aborted ? deadlineError() : error;
  }

  stop(): void {
    this.deadline.sooner?.removeEventListener("abort", this.#onSooner);
    this.#clear();
  }

  #clear(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #abortBefore(controller: AbortController, marginMs: number): void {
    const ms = this.deadline.remainingMs() - marginMs;
    if (!Number.isFinite(ms)) return;
    this.#timers.push(setTimeout(() => controller.abort(deadlineError()), Math.min(Math.max(ms, 0), MAX_TIMER_MS)));
  }
}

function deadlineError(): SluiceError {
  return new SluiceError(
    "DEADLINE",
    "not finished in time: what was read is delivered, the unit goes back to its queue",
  );
}
