import type { SendResult } from "@sluice/core";
import { type Indices, isKnown, type Lookup, namesOf, type Unknown } from "./lookup.ts";

/** What is known of a name, from the last time it was asked about. */
interface View {
  /** When it was asked, by the monotonic clock. */
  readonly askedAt: number;
  /** Nothing more will be learnt: it is an index itself, or may not be asked about. */
  readonly isFinal: boolean;
  /** Indices behind it, the newest first. */
  readonly names: readonly string[];
  /** When indices were made, by the cluster's clock; undefined where that may not be asked. */
  readonly made: ReadonlyMap<string, number> | undefined;
  /** When indices were found not to be the newest any more, by our own. */
  readonly replaced: ReadonlyMap<string, number>;
}

/** What one answer says. */
type Learnt = Pick<View, "isFinal" | "names"> & { readonly made?: View["made"] };

export interface RolloverOptions {
  /** For how long after a rollover records are looked up. */
  readonly windowMs: number;
  /** Asks on its own account: a process's answers are shared. */
  readonly lookup: Pick<Lookup, "behind" | "made">;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly elapsed?: () => number;
}

type Retry = Extract<SendResult, { readonly kind: "retry" }>;
export type Due = { readonly kind: "due"; readonly indices: Indices } | Retry;

/** Rollovers are noticed after this long. */
export const FRESH_MS = 1000;
/** Names that are kept an eye on; rollovers of any more aren't noticed. */
export const MAX_NAMES = 256;
/** Questions at once. */
const PARALLEL = 8;

/**
 * Knows which streams and aliases were rolled over not long ago. A trigger that doesn't tell its retries may bring again what was delivered
 * before. Where that was no longer ago than the window, it lies in the newest index, where `create` finds it, or in one that was the newest
 * within the window.
 */
export class Rollovers {
  readonly #windowMs: number;
  readonly #lookup: RolloverOptions["lookup"];
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #views = new Map<string, View | undefined>();
  /** Questions under way. */
  readonly #asking = new Map<string, { readonly since: number; readonly done: Promise<Retry | undefined> }>();

  constructor({ windowMs, lookup, now = Date.now, elapsed = () => performance.now() }: RolloverOptions) {
    this.#windowMs = windowMs;
    this.#lookup = lookup;
    this.#now = now;
    this.#elapsed = elapsed;
  }

  /** Records are to be written to a name. */
  watch(name: string): void {
    if (!this.#views.has(name) && this.#views.size < MAX_NAMES) this.#views.set(name, undefined);
  }

  /** Nothing was asked yet, or the first answers aren't there. */
  get isNew(): boolean {
    return [...this.#views.values()].every((view) => view === undefined);
  }

  /**
   * What to look into before a batch is sent, by the names that were rolled over within the window. Asks about names where the last answer is
   * older than FRESH_MS. A retry: it couldn't be told just now.
   */
  async due(): Promise<Due> {
    const since = this.#elapsed() - FRESH_MS;
    const stale = [...this.#views].filter(([, view]) => view === undefined || (!view.isFinal && view.askedAt < since));
    for (let from = 0; from < stale.length; from += PARALLEL) {
      const some = stale.slice(from, from + PARALLEL).map(([name]) => this.#ask(name, since));
      const retry = (await Promise.all(some)).find((each) => each !== undefined);
      if (retry !== undefined) return retry;
    }
    return { kind: "due", indices: this.#young() };
  }

  /** Shares a question under way, unless it was asked too long ago. */
  #ask(name: string, since: number): Promise<Retry | undefined> {
    const under = this.#asking.get(name);
    if (under !== undefined && under.since >= since) return under.done;
    const askedAt = this.#elapsed();
    const done = this.#look(name, askedAt).finally(() => {
      if (this.#asking.get(name)?.done === done) this.#asking.delete(name);
    });
    this.#asking.set(name, { since: askedAt, done });
    return done;
  }

  async #look(name: string, askedAt: number): Promise<Retry | undefined> {
    const learnt = this.#views.get(name) === undefined ? await this.#first(name) : await this.#again(name);
    if ("kind" in learnt) return plain(learnt);
    const before = this.#views.get(name);
    if (before !== undefined && before.askedAt > askedAt) return undefined;
    const made = learnt.made ?? before?.made;
    this.#views.set(name, { ...learnt, askedAt, made, replaced: this.#replaced(before, learnt.names, made) });
    return undefined;
  }

  /** Where all indices are older than the window, that says all there is to know; their order doesn't matter. */
  async #first(name: string): Promise<Learnt | Retry> {
    const made = await this.#lookup.made(name);
    if (!(made instanceof Map)) return isRetry(made) ? made : this.#again(name);
    const now = this.#now();
    const isOld = made.size > 0 && [...made.values()].every((at) => now - at >= this.#windowMs);
    if (isOld) return { isFinal: made.has(name), names: [...made.keys()], made };
    const learnt = await this.#again(name);
    return "kind" in learnt ? learnt : { ...learnt, made };
  }

  async #again(name: string): Promise<Learnt | Retry> {
    const behind = await this.#lookup.behind(name);
    if (isKnown(behind)) return { isFinal: behind.kind === "index", names: namesOf(behind) };
    return isRetry(behind) ? behind : { isFinal: true, names: [] };
  }

  #replaced(before: View | undefined, names: readonly string[], made: View["made"]): ReadonlyMap<string, number> {
    const now = this.#now();
    const replaced = new Map([...(before?.replaced ?? [])].filter(([, at]) => now - at < this.#windowMs));
    names.forEach((index, i) => {
      const by = names[i - 1];
      // One that was rolled over while its dates were being asked for has a successor without any.
      const isNew = before === undefined ? made?.has(by ?? "") === false : !before.names.includes(by ?? "");
      if (by !== undefined && isNew) replaced.set(index, now);
    });
    return replaced;
  }

  #young(): Indices {
    const now = this.#now();
    const indices = new Map<string, readonly string[]>();
    for (const [name, view] of this.#views) {
      if (view === undefined) continue;
      const { names, made, replaced } = view;
      const isWithin = (at: number | undefined): boolean => at !== undefined && now - at < this.#windowMs;
      const young = names.filter(
        (index, i) => i > 0 && (isWithin(made?.get(names[i - 1] as string)) || isWithin(replaced.get(index))),
      );
      if (young.length > 0) indices.set(name, young);
    }
    return indices;
  }
}

function isRetry(answer: Unknown | ReadonlyMap<string, number>): answer is Retry {
  return "kind" in answer && answer.kind === "retry";
}

/** Nothing was sent, so nothing can have been taken. */
function plain({ reason, afterMs }: Retry): Retry {
  return { kind: "retry", reason, ...(afterMs === undefined ? {} : { afterMs }) };
}
