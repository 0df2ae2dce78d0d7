import { SluiceError } from "../errors.ts";
import type { Reason } from "../ports/sink.ts";

/** How a record left a sink. `failed` at a sink that isn't required counts as dropped. */
export type Settlement = "delivered" | "deadLettered" | "failed" | "continued";

export interface SinkTally {
  routed: number;
  delivered: number;
  deadLettered: number;
  failed: number;
  dropped: number;
  continued: number;
}

function emptyTally(): SinkTally {
  return { routed: 0, delivered: 0, deadLettered: 0, failed: 0, dropped: 0, continued: 0 };
}

const TALLY_KEYS = Object.keys(emptyTally()) as (keyof SinkTally)[];

interface OpenBatch {
  readonly first: number;
  left: number;
}

/** One item's account with one sink: counts, and the positions that are not accounted for yet. */
class SinkAccount {
  readonly tally: SinkTally = emptyTally();
  /** Per batch the first position of this item in it, and its records not yet settled; bounded by the batches in flight. */
  readonly #open = new Map<number, OpenBatch>();
  #lowestFailed = Number.POSITIVE_INFINITY;
  #beyond = 0;

  enter(batch: number, position: number): void {
    this.tally.routed += 1;
    const open = this.#open.get(batch);
    if (open === undefined) this.#open.set(batch, { first: position, left: 1 });
    else open.left += 1;
    if (position >= this.#beyond) this.#beyond = position + 1;
  }

  leave(batch: number, position: number, how: Settlement, required: boolean): void {
    if (how === "failed" && !required) this.tally.dropped += 1;
    else this.tally[how] += 1;
    if (how === "failed" && required && position < this.#lowestFailed) this.#lowestFailed = position;
    const open = this.#open.get(batch);
    if (open !== undefined && --open.left === 0) this.#open.delete(batch);
  }

  /** `read`: everything below was handed over. */
  lowWaterMark(read: number): number {
    let mark = this.#lowestFailed;
    for (const { first } of this.#open.values()) if (first < mark) mark = first;
    return Number.isFinite(mark) ? mark : Math.max(this.#beyond, read);
  }

  /** What failed is another invocation's to deliver. */
  handOver(): void {
    this.tally.continued += this.tally.failed;
    this.tally.failed = 0;
  }
}

/** One item's account: what came in, what was filtered, and one account per sink. */
export class ItemAccount {
  in = 0;
  skipped = 0;
  added = 0;
  filtered = 0;
  routed = 0;
  unparsed = 0;
  truncated = 0;
  /** All frames were read. */
  finished = false;
  /** Frames below this position were. */
  readTo = 0;
  /** Another invocation goes on with it: what isn't accounted for here is durably its. */
  continued = false;
  /** Why its unread tail isn't there any more: the object was replaced, and what replaced it comes by itself. */
  superseded: SluiceError | undefined;
  error: SluiceError | undefined;
  /** What can't be read of it, which is what `error` says, is durable among the dead letters. */
  isKept = false;
  /** Of the object, as it was read. */
  etag: string | undefined;
  readonly unit: number;
  /** By the sink's number; there from its first record on. */
  readonly sinks: (SinkAccount | undefined)[] = [];
  /** By the sink's number: bytes of the object, as stored, where the sink took it over whole. */
  readonly copied: (number | undefined)[] = [];

  constructor(unit: number) {
    this.unit = unit;
  }

  at(sink: number): SinkAccount {
    let account = this.sinks[sink];
    if (account === undefined) {
      account = new SinkAccount();
      this.sinks[sink] = account;
    }
    return account;
  }

  /** There is no more to be read of it. */
  supersede(why: SluiceError): void {
    this.superseded = why;
    this.finished = true;
  }

  handOver(): void {
    this.continued = true;
    for (const sink of this.sinks) sink?.handOver();
  }

  /** The first error stands. */
  fail(error: SluiceError): void {
    this.error ??= error;
  }
}

/**
 * Sees every record enter once per sink and leave once per sink. Holds counts and, per item and sink, the lowest position
 * not yet accounted for; memory grows with items and batches in flight, never with records.
 */
export class Ledger {
  readonly items: ItemAccount[] = [];
  readonly #byUnit: number[][] = [];
  readonly #sinkNames: readonly string[];
  readonly #required: readonly boolean[];
  readonly #troubles = new Map<string, { sink: string; reason: Reason; records: number }>();
  #batches = 0;

  constructor(sinkNames: readonly string[], required: readonly boolean[]) {
    this.#sinkNames = sinkNames;
    this.#required = required;
  }

  /** The item's number, which batches carry beside each record. */
  openItem(unit: number): { readonly number: number; readonly account: ItemAccount } {
    const account = new ItemAccount(unit);
    const number = this.items.push(account) - 1;
    const own = this.#byUnit[unit];
    if (own === undefined) this.#byUnit[unit] = [number];
    else own.push(number);
    return { number, account };
  }

  /** Numbers of the unit's items. */
  itemsOf(unit: number): readonly number[] {
    return this.#byUnit[unit] ?? [];
  }

  openBatch(): number {
    return this.#batches++;
  }

  enter(sink: number, item: number, batch: number, position: number): void {
    this.#account(sink, item).enter(batch, position);
  }

  leave(sink: number, item: number, batch: number, position: number, how: Settlement, reason?: Reason): void {
    this.#account(sink, item).leave(batch, position, how, this.#required[sink] as boolean);
    if (reason !== undefined) this.#note(sink, reason);
  }

  /** The sink has all of the item's object, of so many bytes. */
  copied(sink: number, item: number, bytes: number): void {
    (this.items[item] as ItemAccount).copied[sink] = bytes;
  }

  /** Objects that the sink took over, and their bytes. */
  copies(sink: number): { readonly objects: number; readonly bytes: number } {
    const sizes = this.items.map((item) => item.copied[sink]).filter((size) => size !== undefined);
    return { objects: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /** Where this sink must go on with this item: everything below is accounted for. */
  lowWaterMark(sink: number, item: number): number {
    return this.#account(sink, item).lowWaterMark((this.items[item] as ItemAccount).readTo);
  }

  /** Records of the item that this sink didn't take, though it must. */
  failed(sink: number, item: number): number {
    return this.items[item]?.sinks[sink]?.tally.failed ?? 0;
  }

  troubles(): readonly { readonly sink: string; readonly reason: Reason; readonly records: number }[] {
    return [...this.#troubles.values()];
  }

  total(sink: number): SinkTally {
    const sum = emptyTally();
    for (const item of this.items) {
      const tally = item.sinks[sink]?.tally;
      if (tally !== undefined) for (const key of TALLY_KEYS) sum[key] += tally[key];
    }
    return sum;
  }

  /** Why the item may not be acknowledged; undefined when all of it is accounted for in every required sink. */
  verdict(number: number): SluiceError | undefined {
    const item = this.items[number] as ItemAccount;
    if (item.continued) return this.#broken(item);
    if (item.error !== undefined && !item.isKept) return item.error;
    if (!item.finished && !item.isKept) return new SluiceError("INTERNAL", "item was not read to its end");
    return this.unaccounted(number);
  }

  /** What some required sink still owes of the records that were read of the item; undefined when nothing. */
  unaccounted(number: number): SluiceError | undefined {
    const item = this.items[number] as ItemAccount;
    return this.#broken(item) ?? this.#failed(item);
  }

  #account(sink: number, item: number): SinkAccount {
    return (this.items[item] as ItemAccount).at(sink);
  }

  #note(sink: number, reason: Reason): void {
    const name = this.#sinkNames[sink] as string;
    const key = `${name}\0${reason.code}`;
    const known = this.#troubles.get(key);
    if (known === undefined) this.#troubles.set(key, { sink: name, reason, records: 1 });
    else known.records += 1;
  }

  /** The law of counting; a broken one is a bug, and fails the unit rather than passing it. */
  #broken(item: ItemAccount): SluiceError | undefined {
    if (item.in + item.added !== item.filtered + item.routed) {
      const sums = `in ${item.in} + added ${item.added}, filtered ${item.filtered} + routed ${item.routed}`;
      return new SluiceError("LEDGER_BROKEN", `counts don't add up: ${sums}`);
    }
    for (const [i, account] of item.sinks.entries()) {
      if (account === undefined) continue;
      const { tally } = account;
      const left = tally.delivered + tally.deadLettered + tally.failed + tally.dropped + tally.continued;
      if (left === tally.routed) continue;
      return new SluiceError(
        "LEDGER_BROKEN",
        `sink ${this.#sinkNames[i]}: routed ${tally.routed}, accounted for ${left}`,
      );
    }
    return undefined;
  }

  #failed(item: ItemAccount): SluiceError | undefined {
    for (const [i, account] of item.sinks.entries()) {
      const tally = account?.tally;
      if (tally === undefined || tally.failed === 0) continue;
      const sink = this.#sinkNames[i] as string;
      const trouble = this.troubles().find((each) => each.sink === sink);
      const words = trouble === undefined ? "" : `: ${trouble.reason.code}: ${trouble.reason.message}`;
      return new SluiceError(
        "SINK_UNAVAILABLE",
        `sink ${sink}: ${tally.failed} of ${tally.routed} records failed${words}`,
      );
    }
    return undefined;
  }
}
