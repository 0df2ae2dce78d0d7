import type { Invocation } from "./api.ts";
import type { Decoded, Item, TriggerKind, Unit } from "./envelope/item.ts";
import { quote, SluiceError } from "./errors.ts";
import { turnOfTheLoop } from "./event-loop.ts";
import type { ReadOptions } from "./object/read-object.ts";
import { type ItemAccount, Ledger } from "./outcome/ledger.ts";
import { isReturned, Returned } from "./outcome/returned.ts";
import { Undecodable } from "./outcome/undecodable.ts";
import type { Plan } from "./plan.ts";
import type { DeadLetter } from "./ports/dead-letters.ts";
import { type Deadline, NO_DEADLINE } from "./ports/deadline.ts";
import { silentLogger } from "./ports/logger.ts";
import type { Origin } from "./record/origin.ts";
import { Room } from "./room.ts";
import type { Taker } from "./route/distribute.ts";
import type { Processing } from "./route/processing.ts";
import { DeadLetterBox } from "./sink/dead-letter-box.ts";
import { type ItemEnd, Lane } from "./sink/lane.ts";
import { reasonOf } from "./sink/reason-of.ts";

/** Part of the margin that sends may not use: it is for the answer. */
const ANSWER_SHARE = 5;

/** Backoff while reading an object. */
const READ_MIN_DELAY_MS = 100;
const READ_MAX_DELAY_MS = 5_000;

const NONE: ReadonlySet<number> = new Set();

/** Name of the dead letters that no sink refused. */
const UNDECODABLE = "undecodable";

/** Whose answer has a word of its own for what can't be read: they keep it themselves. */
const SAY_IT_THEMSELVES: ReadonlySet<TriggerKind> = new Set(["firehose", "s3-batch"]);

/** Longest time that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One invocation under way: its ledger, its lanes, its deadline. Nothing of it outlives the answer. */
export class Run {
  readonly plan: Plan;
  readonly processing: Processing;
  readonly ledger: Ledger;
  readonly lanes: readonly Lane[];
  /** There when records go back to the trigger. */
  readonly returned: Returned | undefined;
  /** There when what can't be read is to become dead letters. */
  readonly undecodable: Undecodable | undefined;
  readonly origins: Origin[] = [];
  readonly arrival: number;
  readonly readOptions: ReadOptions;
  /** Read so far, as stored. */
  bytes = 0;
  readonly #decoded: Decoded;
  readonly #deadline: Deadline;
  readonly #reading = new AbortController();
  readonly #sending = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  /** FIFO groups of which a unit failed, and units that were left out after that. */
  readonly #brokenGroups = new Set<string>();
  readonly #leftOut = new Set<number>();
  #itemsDone = 0;
  /** Items whose records may have been delivered in an earlier invocation, whatever their unit says. */
  readonly #known = new Set<number>();
  #sinks: Promise<unknown> | undefined;

  /** `again`: by number of the unit, where what is carried are dead letters. */
  constructor(
    plan: Plan,
    processing: Processing,
    decoded: Decoded,
    invocation: Invocation,
    again?: readonly DeadLetter[],
  ) {
    const { config, clock, ports } = plan;
    const { marginMs } = config.deadline;
    this.plan = plan;
    this.processing = processing;
    this.#decoded = decoded;
    this.arrival = clock.now();
    this.#deadline = invocation.deadline ?? NO_DEADLINE;
    this.ledger = new Ledger(plan.sinkNames, plan.required);
    this.returned = isReturned(plan.config, decoded) ? new Returned(decoded, this.ledger) : undefined;
    this.readOptions = {
      partBytes: config.read.partBytes,
      attempts: config.read.attempts,
      minDelayMs: READ_MIN_DELAY_MS,
      maxDelayMs: READ_MAX_DELAY_MS,
      signal: this.#reading.signal,
    };
    this.lanes = plan.handles.map((handle, number) => {
      const letters = new DeadLetterBox(handle.name, ports.deadLetters, clock, this.#sending.signal);
      return new Lane({
        number,
        handle,
        letters,
        ledger: this.ledger,
        clock,
        deadline: this.#deadline,
        reserveMs: marginMs / ANSWER_SHARE,
        signal: this.#sending.signal,
        originOf: (item) => this.origins[item] as Origin,
        letterOf: again && ((item) => again[(this.ledger.items[item] as ItemAccount).unit] as DeadLetter),
        isAgain: (item) => invocation.again === true || this.#known.has(item) || this.#isRedelivered(item),
        logger: ports.logger ?? silentLogger,
      });
    });
    this.undecodable = this.#newUndecodable();
    this.#abortBefore(this.#reading, marginMs);
    this.#abortBefore(this.#sending, marginMs / ANSWER_SHARE);
  }

  /** Units that may be worked on at once, until all of them is settled; those of a group that failed before are left out. */
  async round(all: readonly number[], work: (item: Item, unit: number) => Promise<void>): Promise<void> {
    const units = all.filter((unit) => !this.#leaveOut(unit));
    await this.#eachItem(units, work);
    await this.drain();
    await this.undecodable?.settle(units);
    for (const unit of units) {
      const { group } = this.unit(unit);
      if (group !== undefined && this.verdict(unit) !== undefined) this.#brokenGroups.add(group);
    }
  }

  /** Why the unit may not be acknowledged. */
  verdict(unit: number): SluiceError | undefined {
    const { id, error } = this.unit(unit);
    if (this.#leftOut.has(unit))
      return error ?? new SluiceError("ORDER_PRESERVED", `sqs ${quote(id)}: an earlier message of its group failed`);
    const undecoded = this.undecodable === undefined ? error : this.undecodable.errorOf(unit);
    if (undecoded !== undefined) return undecoded;
    for (const item of this.ledger.itemsOf(unit)) {
      const verdict = this.ledger.verdict(item);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  #leaveOut(unit: number): boolean {
    const { group } = this.unit(unit);
    if (group === undefined || !this.#brokenGroups.has(group)) return false;
    this.#leftOut.add(unit);
    return true;
  }

  #newUndecodable(): Undecodable | undefined {
    const { config, clock, ports } = this.plan;
    const { trigger, units } = this.#decoded;
    const { deadLetters } = ports;
    if (config.onUndecodable === "retry" || deadLetters === undefined || SAY_IT_THEMSELVES.has(trigger))
      return undefined;
    const letters = new DeadLetterBox(UNDECODABLE, deadLetters, clock, this.#sending.signal);
    return new Undecodable({ units, ledger: this.ledger, letters, clock, origins: this.origins });
  }

  /** Several items at once, within a budget of bytes being read. */
  async #eachItem(units: readonly number[], work: (item: Item, unit: number) => Promise<void>): Promise<void> {
    const jobs = units.flatMap((unit) => this.unit(unit).items.map((item) => ({ item, unit })));
    const { concurrency, partBytes, maxReadBytes } = this.plan.config.read;
    const room = new Room(concurrency, maxReadBytes);
    await Promise.all(
      jobs.map(async ({ item, unit }) => {
        const weight = weightOf(item, partBytes);
        await room.enter(weight);
        await work(item, unit);
        room.leave(weight);
        this.#itemsDone += 1;
        this.progress();
      }),
    );
  }

  /** Resolves when records may come. Whoever asks for an object does so first: it is on its way while sinks are made. */
  sinks(): Promise<unknown> {
    this.#sinks ??= this.#makeSinks();
    return this.#sinks;
  }

  async #makeSinks(): Promise<void> {
    await turnOfTheLoop();
    await Promise.all(this.lanes.map((lane) => lane.start()));
  }

  mayBeKnown(item: number): void {
    this.#known.add(item);
  }

  /** Numbers of the sinks whose own objects lie in the bucket. Only where sinks are made. */
  holders(bucket: string): ReadonlySet<number> {
    return new Set(this.lanes.filter((lane) => lane.holds(bucket)).map((lane) => lane.number));
  }

  /** Whether a sink, as far as they are made, takes over objects. Undefined until they were made once. */
  mayCopy(): boolean | undefined {
    const each = this.plan.handles.map((handle) => handle.copies);
    return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
  }

  /** Undefined when every lane can take more; else resolves when they can. */
  ready(): Promise<unknown> | undefined {
    const waits = this.lanes.map((lane) => lane.ready()).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  passed(item: number, position: number): void {
    for (const lane of this.lanes) lane.passed(item, position);
  }

  closeItem(item: Item, number: number, error: SluiceError | undefined): void {
    const isCut = error !== undefined && this.undecodable?.note(item, number, error) === true;
    const end: ItemEnd = error === undefined ? "whole" : isCut ? "cut" : reasonOf(error);
    for (const lane of this.lanes) lane.closeItem(number, end);
  }

  async drain(): Promise<void> {
    const { config, ports } = this.plan;
    await this.returned?.settle({
      maxBytes: config.triggers.firehose.maxResponseBytes,
      maxInlineBytes: config.read.maxInlineBytes,
      reingest: ports.reingest,
      signal: this.#sending.signal,
    });
    await Promise.all(this.lanes.map((lane) => lane.drain()));
  }

  /** Reading ends in time to drain the sinks; a unit not read to its end fails with DEADLINE. */
  checkDeadline(): void {
    if (this.#reading.signal.aborted || this.#deadline.remainingMs() <= this.plan.config.deadline.marginMs)
      throw deadlineError();
  }

  /** A read cut off by the deadline says so, whatever words the reader found for it. */
  explainAbort(error: unknown): unknown {
    return this.#reading.signal.aborted ? deadlineError() : error;
  }

  unit(number: number): Unit {
    return this.#decoded.units[number] as Unit;
  }

  #isRedelivered(item: number): boolean {
    return this.unit((this.ledger.items[item] as ItemAccount).unit).receiveCount > 1;
  }

  async *counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** What takes records of the item, by number of the sink; the sinks in `have` have them already. */
  takers(item: number, have: ReadonlySet<number> = NONE): readonly Taker[] {
    if (this.returned !== undefined) return [this.returned.taker(item)];
    return this.lanes.map((lane) => ({
      add: have.has(lane.number) ? (record) => lane.credit(record, item) : (record) => lane.add(record, item),
      refuse: (record, reason) => lane.refuse(record, item, reason),
    }));
  }

  progress(): void {
    const { meter } = this.plan.ports;
    if (meter === undefined) return;
    const total = this.ledger.items.reduce((sum, item) => sum + item.in, 0);
    meter.progress({ in: total, bytes: this.bytes, items: this.ledger.items.length, itemsDone: this.#itemsDone });
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #abortBefore(controller: AbortController, marginMs: number): void {
    const ms = this.#deadline.remainingMs() - marginMs;
    if (!Number.isFinite(ms)) return;
    this.#timers.push(setTimeout(() => controller.abort(deadlineError()), Math.min(Math.max(ms, 0), MAX_TIMER_MS)));
  }
}

/** What an object takes of the budget: never more than the part of it that is asked for at once. */
function weightOf(item: Item, partBytes: number): number {
  return item.kind === "object" ? Math.min(item.ref.size ?? partBytes, partBytes) : 0;
}

function deadlineError(): SluiceError {
  return new SluiceError(
    "DEADLINE",
    "not finished in time: what was read is delivered, the unit goes back to its queue",
  );
}
