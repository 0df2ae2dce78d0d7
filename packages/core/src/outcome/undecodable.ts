import type { Item, Unit } from "../envelope/item.ts";
import { SluiceError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Reason } from "../ports/sink.ts";
import type { Origin } from "../record/origin.ts";
import type { DeadLetterBox } from "../sink/dead-letter-box.ts";
import { reasonOf } from "../sink/reason-of.ts";
import type { ItemAccount, Ledger } from "./ledger.ts";
import { notKept, type Unread, unitLetter } from "./unit-letter.ts";

export interface UndecodableOptions {
  /** Which failures are kept. */
  readonly takes: (error: SluiceError) => boolean;
  readonly units: readonly Unit[];
  readonly ledger: Ledger;
  readonly letters: DeadLetterBox;
  readonly clock: Clock;
  /** Origin of an item, by its number, as far as it was found out. */
  readonly origins: readonly (Origin | undefined)[];
  /** Of the receiver. */
  readonly region: string | undefined;
}

/**
 * Has what nobody can read, for its own data's fault, kept as dead letters (`onUndecodable: deadLetter`), so that it doesn't
 * come again and again, nor hold up what stands behind it. Where that fails its unit fails, as it would without.
 */
export class Undecodable {
  readonly #options: UndecodableOptions;
  /** Items whose failure is their own, by the number of their unit. */
  readonly #items = new Map<number, { readonly item: Item; readonly number: number }[]>();
  readonly #kept = new Map<number, SluiceError>();
  readonly #failed = new Map<number, SluiceError>();

  constructor(options: UndecodableOptions) {
    this.#options = options;
  }

  /** Whether the item's failure is its own: then nothing more will come of it. */
  note(item: Item, number: number, error: SluiceError): boolean {
    if (!this.#options.takes(error)) return false;
    const { unit } = this.#account(number);
    this.#items.set(unit, [...(this.#items.get(unit) ?? []), { item, number }]);
    return true;
  }

  /** To be called when all records of these units are settled: an item that a sink owes records of isn't done with. */
  async settle(units: readonly number[]): Promise<void> {
    const { ledger, letters, takes } = this.#options;
    for (const unit of units) {
      const { error } = this.#unit(unit);
      if (error !== undefined && takes(error)) this.#keepUnit(unit, error);
      for (const { item, number } of this.#items.get(unit) ?? [])
        if (ledger.unaccounted(number) === undefined) this.#keepItem(unit, item, number);
      if (letters.full) await letters.flush();
    }
    await letters.flush();
  }

  /** Why the unit as such still fails; undefined when it could be decoded, or is kept. */
  errorOf(unit: number): SluiceError | undefined {
    return this.#failed.get(unit) ?? (this.#kept.has(unit) ? undefined : this.#unit(unit).error);
  }

  /** Why the unit, or something of it, is among the dead letters. */
  keptFor(unit: number): SluiceError | undefined {
    return this.#kept.get(unit);
  }

  #keepUnit(number: number, error: SluiceError): void {
    this.#keep({ unit: this.#unit(number), error }, (failure) => {
      if (failure === undefined) this.#kept.set(number, error);
      else this.#failed.set(number, unkept(error, failure));
    });
  }

  #keepItem(unit: number, item: Item, number: number): void {
    const account = this.#account(number);
    const error = account.error as SluiceError;
    const origin = this.#options.origins[number];
    this.#keep({ unit: this.#unit(unit), error, item, account, origin }, (failure) => {
      if (failure !== undefined) account.error = unkept(error, failure);
      else {
        account.isKept = true;
        if (!this.#kept.has(unit)) this.#kept.set(unit, error);
      }
    });
  }

  #keep(unread: Unread, settled: (failure: Reason | undefined) => void): void {
    const { letters, clock, region } = this.#options;
    try {
      letters.keep(unitLetter({ ...unread, region }, clock.now()), settled);
    } catch (error) {
      settled(reasonOf(error));
    }
  }

  #unit(number: number): Unit {
    return this.#options.units[number] as Unit;
  }

  #account(number: number): ItemAccount {
    return this.#options.ledger.items[number] as ItemAccount;
  }
}

function unkept(error: SluiceError, failure: Reason): SluiceError {
  return new SluiceError(error.code, notKept(error, failure), { cause: error });
}
