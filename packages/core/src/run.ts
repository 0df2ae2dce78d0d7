import type { Invocation } from "./api.ts";
import { Checkpoints } from "./continue/checkpoints.ts";
import { type Hops, hopAfter, type Receiver, type Restart, type Resume } from "./continue/continuation.ts";
import { lowestOwed } from "./continue/owed.ts";
import { Passage, type Span } from "./continue/passage.ts";
import type { Decoded, Item, TriggerKind, Unit } from "./envelope/item.ts";
import { type ErrorCode, SluiceError } from "./errors.ts";
import { turnOfTheLoop } from "./event-loop.ts";
import type { OpenObject, ReadOptions } from "./object/read-object.ts";
import { isDataFault, isPermanent } from "./outcome/faults.ts";
import { Groups } from "./outcome/groups.ts";
import { type ItemAccount, Ledger } from "./outcome/ledger.ts";
import type { HandedOver } from "./outcome/outcome.ts";
import { isReturned, Returned } from "./outcome/returned.ts";
import { Undecodable } from "./outcome/undecodable.ts";
import type { Plan } from "./plan.ts";
import { NO_DEADLINE } from "./ports/deadline.ts";
import { type Logger, silentLogger } from "./ports/logger.ts";
import type { Reason } from "./ports/sink.ts";
import type { Origin } from "./record/origin.ts";
import { Room } from "./room.ts";
import type { Taker } from "./route/distribute.ts";
import type { Processing } from "./route/processing.ts";
import { DeadLetterBox } from "./sink/dead-letter-box.ts";
import { type ItemEnd, Lane, type SentAgain } from "./sink/lane.ts";
import { reasonOf } from "./sink/reason-of.ts";
import { leaveStalled, oweStalled } from "./sink/stalled.ts";
import { TimeLeft } from "./time-left.ts";

/** Stored bytes of an object, from which on it is marked where it could be gone on with. */
const LEAST_MARKED_BYTES = 256 * 1024;

/** Backoff while reading an object. */
const READ_MIN_DELAY_MS = 100;
const READ_MAX_DELAY_MS = 5_000;

const NONE: ReadonlySet<number> = new Set();

/** Name of the dead letters that no sink refused. */
const UNDECODABLE = "undecodable";

/** Whose answer has a word of its own for what can't be read: they keep it themselves. */
const SAY_IT_THEMSELVES: ReadonlySet<TriggerKind> = new Set(["firehose", "s3-batch"]);

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
  /** By the number of the item. */
  readonly items: Item[] = [];
  /** Of objects, once they are opened. */
  readonly reads: (BeingRead | undefined)[] = [];
  /** By number of the unit. */
  readonly handOvers: Map<number, HandedOver> = new Map();
  readonly receiver: Receiver;
  readonly logger: Logger;
  /** What isn't finished can be handed over to another invocation. */
  readonly continues: boolean;
  readonly time: TimeLeft;
  /** Read so far, as stored. */
  bytes = 0;
  readonly #decoded: Decoded;
  readonly #groups = new Groups();
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
    again?: readonly SentAgain[],
  ) {
    const { config, clock, ports } = plan;
    this.plan = plan;
    this.processing = processing;
    this.#decoded = decoded;
    this.arrival = clock.now();
    this.time = new TimeLeft(invocation.deadline ?? NO_DEADLINE, config.deadline);
    this.receiver = { region: invocation.region, account: invocation.account };
    this.logger = ports.logger ?? silentLogger;
    this.continues = ports.continuation !== undefined && config.continuation !== undefined;
    this.ledger = new Ledger(plan.sinkNames, plan.required);
    this.returned = isReturned(plan.config, decoded) ? new Returned(decoded, this.ledger) : undefined;
    this.readOptions = {
      partBytes: config.read.partBytes,
      attempts: config.read.attempts,
      minDelayMs: READ_MIN_DELAY_MS,
      maxDelayMs: READ_MAX_DELAY_MS,
      signal: this.time.reading,
      took: (bytes) => {
        this.bytes += bytes;
      },
    };
    this.lanes = plan.handles.map((handle, number) => {
      const letters = new DeadLetterBox(handle.name, ports.deadLetters, clock, this.time.sending);
      return new Lane({
        number,
        handle,
        letters,
        ledger: this.ledger,
        clock,
        deadline: this.time.deadline,
        reserveMs: this.time.answerMs,
        signal: this.time.sending,
        told: decoded.trigger === "sqs",
        originOf: (item) => this.origins[item] as Origin,
        letterOf: again && ((item) => again[(this.ledger.items[item] as ItemAccount).unit] as SentAgain),
        isAgain: (item) => invocation.again === true || this.#known.has(item) || this.#isRedelivered(item),
        logger: this.logger,
      });
    });
    this.undecodable = this.#newUndecodable();
    this.time.reading.addEventListener("abort", () => this.#prepare(), { once: true });
  }

  /** Loading code takes a second where memory, and so the processor, is small: not of the last one. */
  #prepare(): void {
    const { continuation, postpone } = this.plan.ports;
    if (this.continues) continuation?.prepare?.();
    if (this.#decoded.units.some(({ receipt }) => receipt !== undefined)) postpone?.prepare?.();
  }

  /** Units that may be worked on at once, until all of them is settled; those of a group that failed before are left out. */
  async round(all: readonly number[], work: (item: Item, unit: number) => Promise<void>): Promise<void> {
    const units = all.filter((unit) => !this.#groups.leaveOut(this.unit(unit)));
    await this.#eachItem(units, work);
    await this.drain();
    await this.undecodable?.settle(units);
    for (const unit of units) if (this.verdict(unit) !== undefined) this.#groups.broke(this.unit(unit));
  }

  /** Why the unit may not be acknowledged: of several reasons one that another attempt may mend, as who tries again goes by it. */
  verdict(unit: number): SluiceError | undefined {
    const leftOut = this.#groups.errorOf(this.unit(unit));
    if (leftOut !== undefined) return leftOut;
    const undecoded = this.undecodable === undefined ? this.unit(unit).error : this.undecodable.errorOf(unit);
    if (undecoded !== undefined && !this.handOvers.has(unit)) return undecoded;
    let lasting: SluiceError | undefined;
    for (const item of this.ledger.itemsOf(unit)) {
      const verdict = this.ledger.verdict(item);
      if (verdict !== undefined && !isPermanent(verdict)) return verdict;
      lasting ??= verdict;
    }
    return lasting;
  }

  #newUndecodable(): Undecodable | undefined {
    const { config, clock, ports } = this.plan;
    const { trigger, units } = this.#decoded;
    const { deadLetters } = ports;
    const keepsMissing = config.onMissing === "deadLetter";
    const keepsUndecodable = config.onUndecodable === "deadLetter";
    if (!(keepsMissing || keepsUndecodable) || deadLetters === undefined || SAY_IT_THEMSELVES.has(trigger))
      return undefined;
    const takes = (error: SluiceError): boolean =>
      error.code === "OBJECT_MISSING" ? keepsMissing : keepsUndecodable && isDataFault(error);
    const letters = new DeadLetterBox(UNDECODABLE, deadLetters, clock, this.time.sending);
    const { region } = this.receiver;
    return new Undecodable({ takes, units, ledger: this.ledger, letters, clock, origins: this.origins, region });
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

  /** Undefined when every lane can take more; else resolves when they can, or are owed what they can't take. */
  ready(): Promise<unknown> | undefined {
    const waits = this.lanes.map((lane) => lane.ready()).filter((wait) => wait !== undefined);
    if (waits.length === 0) return undefined;
    const all = Promise.all(waits);
    if (this.lanes.length < 2 || !this.lanes.some((lane) => lane.isFull)) return all;
    const done = new AbortController();
    void oweStalled(this.lanes, this.plan.clock, done.signal);
    return all.finally(() => done.abort());
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
      signal: this.time.sending,
    });
    await this.#drainLanes();
  }

  /** Where an acknowledgement waits, sinks of best effort are waited for only while they move on. */
  async #drainLanes(): Promise<void> {
    const drained = this.lanes.map((lane) => lane.drain());
    const extra = this.lanes.filter((lane) => lane.isBestEffort);
    if (extra.length > 0 && Number.isFinite(this.time.givenMs)) {
      await Promise.all(drained.filter((_, i) => !extra.includes(this.lanes[i] as Lane)));
      const done = new AbortController();
      void leaveStalled(extra, this.plan.clock, done.signal);
      await Promise.all(drained).finally(() => done.abort());
    }
    await Promise.all(drained);
  }

  /** Reading ends in time to drain the sinks, as slow as they are just now; a unit not read to its end fails with DEADLINE. */
  checkDeadline(): void {
    this.time.check(() => Math.max(0, ...this.lanes.map((lane) => lane.drainMs())));
  }

  /** Nothing is read that no sink would take: throws SINK_UNAVAILABLE when a required one is down, and all others too. */
  checkSinks(): void {
    if (this.lanes.length === 0 || !this.lanes.every((lane) => lane.isBroken)) return;
    const down = this.lanes.find((lane) => this.plan.required[lane.number] === true);
    if (down === undefined) return;
    const { code, message } = down.trouble as Reason;
    throw new SluiceError("SINK_UNAVAILABLE", `sink ${down.name}: ${code}: ${message}`);
  }

  /** An object begins to be read; `at` is the place where it is gone on with, when it is. */
  passage(number: number, object: OpenObject, span: Span = {}, at?: Restart): Passage {
    const { etag, size, versionId } = object;
    const checkpoints = this.#marks(size) ? new Checkpoints(() => lowestOwed(number, this), at) : undefined;
    this.reads[number] = { etag, size, versionId, checkpoints, until: span.until };
    return new Passage(this, number, this.ledger.items[number] as ItemAccount, span);
  }

  /** Messages with something of the unit are on the continuation queue; `errors`: why, once for each item. */
  handedOver(unit: number, messages: number, errors: readonly ErrorCode[] = []): void {
    const before = this.handOvers.get(unit) ?? { messages: 0, errors: [] };
    this.handOvers.set(unit, { messages: before.messages + messages, errors: [...before.errors, ...errors] });
  }

  /** Of a message that goes on with the item. */
  nextHop(number: number): Hops {
    return hopAfter(this.unitOf(number).hops, this.arrival);
  }

  unitOf(item: number): Unit {
    return this.unit((this.ledger.items[item] as ItemAccount).unit);
  }

  /** Small objects are simply read again. */
  #marks(size: number): boolean {
    return this.continues && Number.isFinite(this.time.givenMs) && size >= LEAST_MARKED_BYTES;
  }

  unit(number: number): Unit {
    return this.#decoded.units[number] as Unit;
  }

  #isRedelivered(item: number): boolean {
    const { receiveCount, hops } = this.unitOf(item);
    return receiveCount > 1 || hops !== undefined;
  }

  /**
   * What takes records of the item, by number of the sink. The sinks in `have` have them already; so do, where `owed` is
   * given, those that aren't in it, and the others what lies below their position.
   */
  takers(item: number, have: ReadonlySet<number> = NONE, owed?: Resume["owed"]): readonly Taker[] {
    if (this.returned !== undefined) return [this.returned.taker(item)];
    return this.lanes.map((lane) => {
      const taker: Taker = {
        add: have.has(lane.number) ? (record) => lane.credit(record, item) : (record) => lane.add(record, item),
        refuse: (record, reason) => lane.refuse(record, item, reason),
      };
      return owed === undefined ? taker : takerFrom(owed[lane.name] ?? Number.POSITIVE_INFINITY, taker);
    });
  }

  progress(): void {
    const { meter } = this.plan.ports;
    if (meter === undefined) return;
    const total = this.ledger.items.reduce((sum, item) => sum + item.in, 0);
    meter.progress({ in: total, bytes: this.bytes, items: this.ledger.items.length, itemsDone: this.#itemsDone });
  }
}

/** An object as it is being read. */
export interface BeingRead {
  readonly etag: string;
  readonly size: number;
  readonly versionId: string | undefined;
  /** Missing: where nothing is handed over, or the object is so small that it is read again. */
  readonly checkpoints: Checkpoints | undefined;
  /** Position at which another invocation's part begins. */
  until: number | undefined;
}

function takerFrom(position: number, { add, refuse }: Taker): Taker {
  return {
    add: (record) => {
      if (record.position >= position) add(record);
    },
    refuse: (record, reason) => {
      if (record.position >= position) refuse(record, reason);
    },
  };
}

/** What an object takes of the budget: never more than the part of it that is asked for at once. */
function weightOf(item: Item, partBytes: number): number {
  return item.kind === "object" ? Math.min(item.ref.size ?? partBytes, partBytes) : 0;
}
