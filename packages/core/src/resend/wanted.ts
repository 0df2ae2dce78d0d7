import { SluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { LetterFate } from "../outcome/outcome.ts";
import type { LetterName } from "../ports/dead-letters.ts";
import type { Router } from "../route/router.ts";
import type { Run } from "../run.ts";
import type { LetterObject } from "./letter-object.ts";
import type { Span } from "./spans.ts";

/** What came of a letter. */
export interface Settled {
  readonly fate: LetterFate;
  readonly error?: SluiceError | undefined;
}

/** The record of one letter, wanted by the one sink that refused it. */
export class Wanted implements Span {
  readonly unit: number;
  readonly start: number;
  readonly end: number;
  readonly sink: number;
  /** Times that its letter was sent again. */
  readonly resent: number;
  readonly #name: string;
  /** Items of the ledger: what today's config made of it. */
  readonly #items: number[] = [];
  #isFound = false;
  #isRouted = false;
  /** Numbers of the sinks that it went to in place of its own. */
  #elsewhere: readonly number[] = [];
  #error: SluiceError | undefined;

  constructor(unit: number, { id }: LetterObject, { sink, resent = 0 }: LetterName, { plan }: Run) {
    this.unit = unit;
    this.start = id.start;
    this.end = id.end;
    this.resent = resent;
    this.sink = plan.sinkNames.indexOf(sink);
    this.#name = sink;
  }

  found(): void {
    this.#isFound = true;
  }

  /** By the config's routes. */
  routed(branches: ReturnType<Router>): void {
    const sinks = branches.flatMap((branch) => branch.sinks);
    if (sinks.includes(this.sink)) this.#isRouted = true;
    else this.#elsewhere = sinks;
  }

  /** The item is one that its fate depends on. */
  sent(item: number): void {
    this.#items.push(item);
  }

  /** Reading ended where it says `readTo`, before all of it was there. */
  cutOff(error: SluiceError, readTo: number): void {
    if (this.end >= readTo) this.#error = error;
  }

  settled(run: Run): Settled {
    const error = this.#error ?? this.#failure(run);
    if (error !== undefined) return { fate: "failed", error };
    if (this.#items.length === 0) return { fate: "unwanted" };
    const refused = this.#items.some((item) => isRefused(run.ledger.items[item] as ItemAccount));
    return { fate: refused ? "deadLettered" : "delivered" };
  }

  #failure({ ledger, plan }: Run): SluiceError | undefined {
    for (const item of this.#items) {
      const verdict = ledger.verdict(item);
      if (verdict !== undefined) return verdict;
    }
    if (!this.#isFound) {
      const where = `${this.start} to ${this.end}`;
      return new SluiceError(
        "RECORD_NOT_FOUND",
        `no record lies at ${where}, as ${plan.configName} cuts the object now`,
      );
    }
    if (this.#items.length > 0 || this.#isRouted || this.#elsewhere.length === 0) return undefined;
    const names = this.#elsewhere.map((sink) => plan.sinkNames[sink]).join(", ");
    const message = `${plan.configName}: its routes take the record to ${names}, and not to ${this.#name}`;
    return new SluiceError("SINK_NOT_ROUTED", message);
  }
}

function isRefused({ sinks }: ItemAccount): boolean {
  return sinks.some((account) => (account?.tally.deadLettered ?? 0) > 0);
}
