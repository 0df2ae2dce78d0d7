import { type Clock, NO_DEADLINE } from "@sluice/core";
import { UsageError } from "../command.ts";

/** What may be begun in a second. */
export interface Rate {
  readonly of: "objects" | "bytes";
  readonly perSecond: number;
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

/** `100/s`, `2.5/s`: objects; `50MB/s`: bytes, as stored. */
export function rateFlag(text: string | undefined): Rate | undefined {
  if (text === undefined) return undefined;
  const [, amount, factor = "", unit] = /^(\d{1,9}(?:\.\d{1,3})?)(?:([KMG]?)(B))?\/s$/.exec(text) ?? [];
  const perSecond = Number(amount) * (FACTORS[factor] as number);
  if (amount === undefined || perSecond <= 0)
    throw new UsageError(`--rate ${text}: expected 100/s (objects) or 50MB/s`);
  return { of: unit === undefined ? "objects" : "bytes", perSecond };
}

/** Keeps the mean since the beginning at or below the rate. */
export class Pace {
  readonly #rate: Rate | undefined;
  readonly #clock: Clock;
  #dueAt = 0;

  constructor(rate: Rate | undefined, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Of one chunk: about a second's worth. Infinity without a rate. */
  most(of: Rate["of"]): number {
    if (this.#rate?.of !== of) return NO_DEADLINE.remainingMs();
    return Math.max(1, this.#rate.perSecond);
  }

  /** Resolves when so much more may be begun. */
  async wait(objects: number, bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#rate === undefined) return;
    const now = this.#clock.now();
    const from = Math.max(this.#dueAt, now);
    this.#dueAt = from + ((this.#rate.of === "objects" ? objects : bytes) / this.#rate.perSecond) * 1000;
    if (from > now) await this.#clock.sleep(from - now, signal);
  }
}
