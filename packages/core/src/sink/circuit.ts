import type { Reason } from "../ports/sink.ts";

/** How long a sink that is down is left alone: doubled each time it still is, up to the longest. */
const FIRST_MS = 5_000;
const LONGEST_MS = 300_000;

/**
 * Remembers from one invocation to the next that a sink can't be reached, so that nothing is read and nothing waits for it in
 * vain. Only what concerns all of the sink counts: no connection, no credentials, a server that is down; not one index that is
 * blocked. The first invocation after the time tries again.
 */
export class Circuit {
  #reason: Reason | undefined;
  /** A clock that was ahead for a moment leaves times behind that are not to be waited for. */
  #since = 0;
  #until = 0;
  #failures = 0;

  /** Why nothing is to be sent; undefined when it may be tried. */
  openSince(now: number): Reason | undefined {
    return this.#since <= now && now < this.#until ? this.#reason : undefined;
  }

  failed(reason: Reason, now: number): void {
    if (!concernsAll(reason) || this.openSince(now) !== undefined) return;
    const ms = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    this.#since = now;
    this.#until = now + ms;
    const message = `${reason.message} (not tried again for up to ${ms / 1000} s)`;
    this.#reason = { ...reason, message };
  }

  worked(): void {
    this.#reason = undefined;
    this.#until = 0;
    this.#failures = 0;
  }
}

/** Statuses by which the whole server is meant. */
const WHOLE: ReadonlySet<number> = new Set([401, 407, 502, 503, 504]);

/** Without a status there was no answer to speak of; these are no fault of the server. */
function concernsAll({ code, status }: Reason): boolean {
  return status === undefined ? !OURS.has(code) : WHOLE.has(status);
}

const OURS: ReadonlySet<string> = new Set(["ABORTED", "DEADLINE", "INTERNAL", "SINK_PROTOCOL", "SINK_STALLED"]);
