import { ByteWriter } from "../bytes/byte-writer.ts";
import { turnOfTheLoop } from "../event-loop.ts";
import type { Ledger, Settlement } from "../outcome/ledger.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { Logger } from "../ports/logger.ts";
import type { CopyResult, ObjectCopy, Reason, Sink, SinkLimits } from "../ports/sink.ts";
import { encodeDocument } from "../record/document.ts";
import type { Origin } from "../record/origin.ts";
import { type RecordView, recordId } from "../record/record.ts";
import { isStrayPromise } from "../stray-promise.ts";
import { type BatchRow, OpenBatch, type SealedBatch } from "./batch.ts";
import { copyPatiently } from "./copying.ts";
import type { DeadLetterBox } from "./dead-letter-box.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import { Dispatch } from "./dispatch.ts";
import { limitsOf } from "./limits.ts";
import { reasonOf } from "./reason-of.ts";
import { isReason } from "./send-result.ts";
import type { SinkHandle } from "./sink-handle.ts";
import type { SlabPool } from "./slab-pool.ts";
import { unlessStuck } from "./unless-stuck.ts";

const MiB = 1024 * 1024;
const LARGE_BYTES = MiB;
const LF = 0x0a;

const NO_COPIES: CopyResult = {
  kind: "refused",
  of: "bucket",
  reason: { code: "SINK_PROTOCOL", message: "the sink takes over no objects any more" },
};

/** Most bytes in the first batch that a sink is ever sent: its connection is made while the second one is filled. */
const FIRST_BATCH_BYTES = MiB / 4;

export interface LaneOptions
  extends Pick<DeliveryOptions, "handle" | "clock" | "deadline" | "reserveMs" | "signal" | "told"> {
  readonly number: number;
  readonly handle: SinkHandle;
  readonly ledger: Ledger;
  readonly letters: DeadLetterBox;
  /** Origin of an item, by its number. */
  readonly originOf: (item: number) => Origin;
  /** There when dead letters are sent again: that of an item. */
  readonly letterOf?: ((item: number) => SentAgain) | undefined;
  /** Whether records of the item may have been delivered in an earlier invocation. */
  readonly isAgain: (item: number) => boolean;
  readonly logger: Logger;
}

/** What a letter says to who sends it again: with a document, that one goes; without, the record is encoded as any other. */
export type SentAgain = Pick<DeadLetter, "resent"> & Partial<Pick<DeadLetter, "encoded" | "document">>;

/**
 * How an item ended: read to its end; cut off where its data is damaged, so that its last cell is a piece for good; or, for
 * the reason given, somewhere: then its open cells are not sent, as they would look complete.
 */
export type ItemEnd = "whole" | "cut" | Reason;

/**
 * One sink's way through one invocation: encodes records into batches, sends them a few at a time, and sees to it that each
 * record is settled in the ledger. What goes wrong here stays here.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #delivery: DeliveryOptions;
  readonly #slabs: SlabPool;
  #sink: Sink | undefined;
  #limits: SinkLimits = limitsOf();
  #broken: Reason | undefined;
  readonly #open = new Map<string, OpenBatch>();
  /** Buckets that the sink was refused copies from. */
  readonly #uncopied = new Set<string>();
  /** Cells of which a part was sent before the cell was complete. */
  readonly #partial = new Set<string>();
  readonly #dispatch: Dispatch;
  /** Its sends are broken off. */
  readonly #left = new AbortController();
  #lastItem = -1;
  #isAgain = false;
  /** Records are some of their cells', never all, and in no order. */
  readonly #isResending: boolean;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#slabs = options.handle.slabs;
    this.#isResending = options.letterOf !== undefined;
    this.#delivery = {
      ...options,
      signal: this.isBestEffort ? AbortSignal.any([options.signal, this.#left.signal]) : options.signal,
      retry: options.handle.config.retry,
      settle: (batch, i, how, reason) => this.#leave(batch.item(i), batch.number, batch.position(i), how, reason),
      reject: (batch, i, reason) => this.#reject(batch, i, reason),
      openCircuit: (reason) => {
        this.#broken ??= reason;
        // Who had no time left to wait can't say that nobody answers.
        const isOurs = reason.code === "TIMEOUT" && options.deadline.remainingMs() <= 2 * options.reserveMs;
        if (!isOurs) options.handle.circuit.failed(reason, options.clock.now());
      },
      delivered: () => options.handle.circuit.worked(),
    };
    const { handle, clock } = options;
    const maxInFlight = (): number => this.#limits.maxInFlight;
    this.#dispatch = new Dispatch({ handle, clock, maxInFlight, deliver: (batch) => this.#deliver(batch) });
  }

  /** Makes the sink ready. When that fails, or was down a moment ago, records fail here and other lanes go on. */
  async start(): Promise<void> {
    const { handle, clock, signal } = this.#options;
    this.#broken = handle.circuit.openSince(clock.now());
    try {
      this.#sink = await unlessStuck("making the sink", signal, handle.sink());
      this.#limits = limitsOf(this.#sink.limits, this.#options.handle.config.limits);
    } catch (error) {
      this.#broken = reasonOf(error);
    }
  }

  /** Takes one record; synchronous. The record is valid only during the call. */
  add(record: RecordView, item: number): void {
    const sink = this.#sink;
    if (sink === undefined || this.#broken !== undefined) {
      const batch = this.#options.ledger.openBatch();
      this.#enter(item, batch, record.position);
      this.#leave(item, batch, record.position, "failed", this.#broken);
      return;
    }
    const cell = this.#cellOf(record, item);
    const partition = sink.partition?.(record) ?? "";
    const slot = cell === undefined ? partition : `${this.#isResending ? "" : item}\n${cell}\n${partition}`;
    this.#makeRoom(slot, record.to - record.from);
    const batch = this.#open.get(slot) ?? this.#begin(slot, partition, cell);
    const before = batch.length;
    const refusal = this.#encode(sink, record, item, batch.writer) ?? this.#oversize(batch.length - before);
    if (refusal === undefined) this.#append(slot, batch, record, item, before);
    else this.#rejectEncoded(record, item, batch, before, refusal);
  }

  get number(): number {
    return this.#options.number;
  }

  get name(): string {
    return this.#options.handle.name;
  }

  /** Nothing more is sent in this invocation. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Why. */
  get trouble(): Reason | undefined {
    return this.#broken;
  }

  /** Batches wait for others to be settled. */
  get isFull(): boolean {
    return this.#dispatch.isFull;
  }

  /** Milliseconds until the sink counts as stalled; Infinity while nobody waits for it. */
  untilStalledMs(): number {
    if (!this.isFull || this.isBroken) return Number.POSITIVE_INFINITY;
    return this.#options.handle.config.stallMs - this.#dispatch.stillMs();
  }

  get isBestEffort(): boolean {
    return !this.#options.handle.config.required;
  }

  get isLeft(): boolean {
    return this.#left.signal.aborted;
  }

  /** Milliseconds until a sink of best effort that is waited for is left; Infinity when it isn't waited for. */
  untilLeftMs(): number {
    if (this.#dispatch.isIdle) return Number.POSITIVE_INFINITY;
    return this.#options.handle.config.bestEffortMs - this.#dispatch.stillMs();
  }

  /** Nothing more is waited for: what waits or is under way fails here, and so do the next invocations' records for a while. */
  leave(): void {
    const { config, circuit } = this.#options.handle;
    const message = `no batch was settled within ${config.bestEffortMs} ms (bestEffortMs), and all else was done`;
    const reason: Reason = { code: "TIMEOUT", message };
    this.#broken ??= reason;
    circuit.failed(reason, this.#options.clock.now());
    this.#dispatch.giveUp((batch) => this.#failAll(batch, reason));
    this.#left.abort();
  }

  /** What waits, and all that comes, is owed: it fails here, for another invocation to deliver. What is in flight goes on. */
  owe(): void {
    const { stallMs } = this.#options.handle.config;
    const message = `no batch was settled within ${stallMs} ms (stallMs): what follows is owed`;
    const reason: Reason = this.#broken ?? { code: "SINK_STALLED", message };
    this.#broken = reason;
    this.#dispatch.giveUp((batch) => this.#failAll(batch, reason));
  }

  /** Milliseconds that all that is open, waits or is in flight may take to be settled, by what batches took lately. */
  drainMs(): number {
    return this.isBroken && this.#dispatch.isIdle ? 0 : this.#dispatch.drainMs(this.#open.size);
  }

  get cellBytes(): number | undefined {
    return this.#limits.cellBytes;
  }

  /** Where a sink that has all below `mark` must go on: at the beginning of a cell, where it has cells. */
  restartAt(mark: number): number {
    const { cellBytes } = this.#limits;
    return cellBytes === undefined ? mark : Math.floor(mark / cellBytes) * cellBytes;
  }

  /** Whether the sink may be asked to take over whole objects of the bucket. */
  copies(bucket: string): boolean {
    return this.#broken === undefined && this.#sink?.copyObject !== undefined && !this.#uncopied.has(bucket);
  }

  /** Whether objects in the bucket are the sink's own. */
  holds(bucket: string): boolean {
    return this.#sink?.holds?.(bucket) === true;
  }

  partitionOf(record: RecordView): string {
    return this.#sink?.partition?.(record) ?? "";
  }

  /** Has the sink take over an object; false: its records must come one by one. */
  async copy(copy: ObjectCopy): Promise<boolean> {
    const { handle, deadline, signal, logger } = this.#options;
    const ask = async (attempt: number): Promise<CopyResult> => {
      const sink = await handle.sink();
      const copying = sink.copyObject?.(copy, { signal, attempt, deadline, again: false });
      return (await unlessStuck("a copy", signal, copying)) ?? NO_COPIES;
    };
    const copied = await copyPatiently(this.#delivery, ask, () => handle.renew());
    if (copied.kind === "delivered") return true;
    const { bucket } = copy.ref;
    if (copied.kind === "failed") this.#broken ??= copied.reason;
    else if (copied.of === "bucket") this.#uncopied.add(bucket);
    logger.log("warn", "not copied: the object is read instead", { sink: handle.name, bucket, ...copied.reason });
    return false;
  }

  /** A record of an object that the sink has taken over. */
  credit(record: RecordView, item: number): void {
    const batch = this.#options.ledger.openBatch();
    this.#enter(item, batch, record.position);
    this.#leave(item, batch, record.position, "delivered");
  }

  /** Takes a record that could not be made ready for this sink: as it is, it becomes a dead letter. */
  refuse(record: RecordView, item: number, reason: Reason): void {
    const batch = this.#options.ledger.openBatch();
    const document = new ByteWriter(1024);
    encodeDocument(record, document);
    this.#enter(item, batch, record.position);
    this.#letter(rejected(record, item, batch), reason, document.view(), false);
  }

  /** Undefined when more can be added at once; else resolves when it can. */
  ready(): Promise<void> | undefined {
    const waiting = this.isFull || this.#options.letters.full;
    return waiting || this.#dispatch.wantsTurn ? this.#catchUp() : undefined;
  }

  async #catchUp(): Promise<void> {
    this.#dispatch.gotTurn();
    await turnOfTheLoop();
    await this.#dispatch.room();
    if (this.#options.letters.full) await this.#options.letters.flush();
  }

  /** The item was read up to `position`: cells that lie behind it are complete. */
  passed(item: number, position: number): void {
    const { cellBytes } = this.#limits;
    if (cellBytes === undefined) return;
    const current = Math.floor(position / cellBytes);
    for (const [slot, batch] of this.#open) {
      if (batch.item === item && Math.floor(batch.position(0) / cellBytes) < current) this.#complete(slot, batch);
    }
  }

  /** No more comes of the item. */
  closeItem(item: number, end: ItemEnd): void {
    const { cellBytes } = this.#limits;
    if (cellBytes === undefined) return;
    const own = [...this.#open].filter(([, batch]) => batch.item === item);
    const cells = own.map(([, batch]) => Math.floor(batch.position(0) / cellBytes));
    const last = Math.max(...cells);
    for (const [i, [slot, batch]] of own.entries()) {
      if (typeof end === "object") this.#abandon(slot, batch, end);
      else if (end === "cut" && cells[i] === last) this.#closeEarly(slot, batch);
      else this.#complete(slot, batch);
    }
    for (const slot of this.#partial) if (slot.startsWith(`${item}\n`)) this.#partial.delete(slot);
  }

  /** Sends what is left and waits until every record is settled. */
  async drain(): Promise<void> {
    for (const [slot, batch] of this.#open) this.#complete(slot, batch);
    await this.#dispatch.done();
    await this.#options.letters.flush();
  }

  #encode(sink: Sink, record: RecordView, item: number, writer: ByteWriter): Reason | undefined {
    const { letterOf } = this.#options;
    if (letterOf !== undefined && writeAgain(letterOf(item), sink, writer)) return undefined;
    try {
      const refusal = sink.encode(record, writer);
      if (refusal === undefined || isReason(refusal)) return refusal;
      const got = isStrayPromise(refusal) ? ", got a promise (encoders are synchronous)" : "";
      return { code: "INTERNAL", message: `encoder failed: expected nothing, or a reason with code and message${got}` };
    } catch (error) {
      return { code: "INTERNAL", message: `encoder failed: ${reasonOf(error).message}` };
    }
  }

  /** For a large record that the open batch has no room for: written there, it would make the slab grow, only to be moved. */
  #makeRoom(slot: string, size: number): void {
    if (size < LARGE_BYTES) return;
    const open = this.#open.get(slot);
    if (open !== undefined && open.count > 0 && open.length + size > this.#maxBatchBytes())
      this.#closeEarly(slot, open);
  }

  #oversize(size: number): Reason | undefined {
    const { maxRecordBytes } = this.#limits;
    if (size <= maxRecordBytes) return undefined;
    return { code: "RECORD_TOO_LARGE", message: `${size} bytes encoded, maxRecordBytes is ${maxRecordBytes}` };
  }

  #cellOf(record: RecordView, item: number): string | undefined {
    const { cellBytes } = this.#limits;
    if (cellBytes === undefined) return undefined;
    const size = cellBytes % MiB === 0 ? `${cellBytes / MiB}m` : `${cellBytes}b`;
    return `${this.#options.originOf(item).id}-${size}-${Math.floor(record.position / cellBytes)}`;
  }

  #begin(slot: string, partition: string, cell: string | undefined): OpenBatch {
    const oldest = this.#open.size >= this.#limits.maxOpenPartitions ? this.#open.entries().next().value : undefined;
    if (oldest !== undefined) this.#closeEarly(oldest[0], oldest[1]);
    const gzipLevel = this.#sink?.gzip;
    const slab = this.#slabs.take(this.#limits.maxBatchBytes, gzipLevel !== undefined);
    const batch = new OpenBatch(this.#options.ledger.openBatch(), partition, slab, gzipLevel);
    batch.cell = cell;
    this.#open.set(slot, batch);
    return batch;
  }

  /** Keeps the record just encoded; in a batch of its own when the open one would grow beyond its limit. */
  #append(slot: string, open: OpenBatch, record: RecordView, item: number, before: number): void {
    let batch = open;
    let offset = before;
    if (open.count > 0 && open.length > this.#maxBatchBytes()) {
      const bytes = open.view(before);
      open.truncate(before);
      this.#open.delete(slot);
      batch = this.#begin(slot, open.partition, open.cell);
      batch.writer.bytes(bytes);
      offset = 0;
      this.#partial.add(slot);
      this.#enqueue(open, true);
    }
    batch.push(record, item, offset);
    batch.again ||= this.#wasSeen(item);
    this.#enter(item, batch.number, record.position);
    if (batch.count >= this.#limits.maxBatchRecords) this.#closeEarly(slot, batch);
  }

  /** Cells are cut by their source alone: they are not made smaller. */
  #maxBatchBytes(): number {
    const { maxBatchBytes, cellBytes } = this.#limits;
    const isFirst = !this.#options.handle.wasSent && cellBytes === undefined;
    return isFirst ? Math.min(maxBatchBytes, FIRST_BATCH_BYTES) : maxBatchBytes;
  }

  /** Limits close a batch: of a cell, that is only a part. */
  #closeEarly(slot: string, batch: OpenBatch): void {
    this.#open.delete(slot);
    if (batch.cell !== undefined) this.#partial.add(slot);
    this.#enqueue(batch, true);
  }

  #complete(slot: string, batch: OpenBatch): void {
    this.#open.delete(slot);
    this.#enqueue(batch, this.#partial.delete(slot));
  }

  #enqueue(batch: OpenBatch, part: boolean): void {
    if (batch.count === 0) {
      this.#slabs.give(batch.slab);
      return;
    }
    if (this.#isResending) batch.nameByRecords();
    else if (part) batch.nameAsPiece();
    if (batch.cell !== undefined && !this.#isResending) batch.source = this.#options.originOf(batch.item).object;
    this.#dispatch.push(batch.seal(), batch.slab);
  }

  #abandon(slot: string, batch: OpenBatch, failure: Reason): void {
    this.#open.delete(slot);
    for (let i = 0; i < batch.count; i++) this.#leave(batch.item, batch.number, batch.position(i), "failed", failure);
    this.#slabs.give(batch.slab);
  }

  async #deliver(batch: SealedBatch): Promise<boolean> {
    if (this.#broken !== undefined) {
      this.#failAll(batch, this.#broken);
      return true;
    }
    const delivery = new Delivery(this.#delivery);
    await delivery.deliver(batch);
    return !delivery.isStuck;
  }

  #failAll(batch: SealedBatch, reason: Reason): void {
    for (let i = 0; i < batch.count; i++) this.#delivery.settle(batch, i, "failed", reason);
  }

  #reject(batch: SealedBatch, i: number, reason: Reason): void {
    this.#letterOfEncoded({ batch: batch.number, ...batch.row(i) }, reason, batch.record(i));
  }

  /** Refused before it was in any batch: what the encoder wrote is taken back. */
  #rejectEncoded(record: RecordView, item: number, batch: OpenBatch, before: number, reason: Reason): void {
    this.#enter(item, batch.number, record.position);
    this.#letterOfEncoded(rejected(record, item, batch.number), reason, batch.view(before));
    batch.truncate(before);
  }

  #letterOfEncoded(from: Rejected, reason: Reason, encoded: Uint8Array): void {
    const document = this.#documentIn(encoded);
    if (document !== undefined) this.#letter(from, reason, document, false);
    else if (encoded.at(-1) === LF) this.#letter(from, reason, encoded.subarray(0, -1), true);
    else this.#letter(from, reason, encoded, false);
  }

  /** Undefined where the sink can't tell: it is kept as it was encoded. */
  #documentIn(encoded: Uint8Array): Uint8Array | undefined {
    try {
      return this.#sink?.document?.(encoded);
    } catch {
      return undefined;
    }
  }

  #letter(from: Rejected, reason: Reason, document: Uint8Array, encoded: boolean): void {
    const before = this.#options.letterOf?.(from.item);
    const resent = before === undefined ? undefined : (before.resent ?? 0) + 1;
    this.#options.letters.add({ ...from, reason, document, encoded, resent }, (failure) => {
      const how = failure === undefined ? "deadLettered" : "failed";
      this.#leave(from.item, from.batch, from.position, how, failure ?? reason);
    });
  }

  #wasSeen(item: number): boolean {
    if (item !== this.#lastItem) {
      this.#lastItem = item;
      this.#isAgain = this.#options.isAgain(item);
    }
    return this.#isAgain;
  }

  #enter(item: number, batch: number, position: number): void {
    this.#options.ledger.enter(this.#options.number, item, batch, position);
  }

  #leave(item: number, batch: number, position: number, how: Settlement, reason?: Reason): void {
    this.#options.ledger.leave(this.#options.number, item, batch, position, how, reason);
  }
}

interface Rejected extends BatchRow {
  readonly batch: number;
}

function rejected(record: RecordView, item: number, batch: number): Rejected {
  const { context, start, end, position, timestamp } = record;
  const id = recordId(record.idKey, start, end, record.part);
  return { item, batch, position, id, start, end, context, timestamp };
}

/** What this sink's encoder wrote goes as it is, where the sink says of no document in it: it might be put into another one. */
function writeAgain({ encoded, document }: SentAgain, sink: Sink, writer: ByteWriter): boolean {
  if (encoded !== true || document === undefined || sink.document !== undefined) return false;
  writer.bytes(document);
  writer.byte(LF);
  return true;
}
