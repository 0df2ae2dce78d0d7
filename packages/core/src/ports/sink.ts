import type * as z from "zod";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { ArchiveMarks } from "../object/archive-marks.ts";
import type { RecordView } from "../record/record.ts";
import type { Deadline } from "./deadline.ts";
import type { Logger } from "./logger.ts";
import type { ObjectRef } from "./object-reader.ts";

/** Limits of one sink. All but the cell have defaults (sink/limits.ts); config's `limits` overrides the adapter's. */
export interface SinkLimits {
  /** Encoded bytes in a batch, before compression. A batch is closed before it would grow beyond. */
  readonly maxBatchBytes: number;
  /** Records in a batch. */
  readonly maxBatchRecords: number;
  /** Encoded bytes of one record; a larger one is rejected (dead letter). */
  readonly maxRecordBytes: number;
  /** Batches being sent at once; beyond it reading waits. */
  readonly maxInFlight: number;
  /** Partitions with an open batch; beyond it the oldest is closed and sent. */
  readonly maxOpenPartitions: number;
  /**
   * Decoded bytes in a cell of the fixed grid over each source. When set, a batch holds one cell of one source
   * (or less), and is closed as soon as the source's position leaves the cell.
   */
  readonly cellBytes?: number | undefined;
}

/** Why something was not delivered. `code` is stable (the server's error type, or one of ours); `message` is cut and holds no secret. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  /** HTTP status where there is one. */
  readonly status?: number | undefined;
}

export type RecordOutcome =
  | { readonly kind: "delivered" }
  /** Worth sending again, alone. `unsure`: it may have been taken all the same. */
  | { readonly kind: "retry"; readonly reason: Reason; readonly unsure?: boolean | undefined }
  /** The record's own fault: it goes to the dead letters. */
  | { readonly kind: "reject"; readonly reason: Reason }
  /** The sink's fault (this record's index is blocked, say): its unit fails; others go on. */
  | { readonly kind: "fail"; readonly reason: Reason };

export type SendResult =
  | { readonly kind: "delivered" }
  /**
   * Nothing was taken, or, where `unsure`, it may have been all the same (no answer, or one of something in between). Core waits (at
   * least `afterMs`), backs off, and gives up at the deadline: the units fail.
   */
  | {
      readonly kind: "retry";
      readonly reason: Reason;
      readonly afterMs?: number | undefined;
      readonly unsure?: boolean | undefined;
    }
  /** Too large, or refused whole: core halves it; a single record is rejected. */
  | { readonly kind: "split"; readonly reason: Reason }
  /** Credentials refused: core has the secrets read anew once, then tries again. */
  | { readonly kind: "unauthorized"; readonly reason: Reason }
  /** The sink's own fault (write block, missing index, anything unknown): the units fail, the circuit opens. */
  | { readonly kind: "unavailable"; readonly reason: Reason }
  /** One outcome per record, in order. `afterMs` holds for those to retry. */
  | { readonly kind: "each"; readonly outcomes: readonly RecordOutcome[]; readonly afterMs?: number | undefined };

/** Bytes and parallel arrays, never record objects. Valid until `send` settles. */
export interface EncodedBatch {
  /** What the sink encoded; for sinks with `gzip`, one gzip member of it. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** What `Sink.partition` said of every record in it; "" without partitions. */
  readonly partition: string;
  /** Names the cell these records are of, the same on every attempt; only for sinks with `cellBytes`. */
  readonly cell?: string | undefined;
  /** Where record `i` begins in what was encoded; `offset(count)` is the length. */
  offset(i: number): number;
  /** The deterministic id of record `i`. */
  id(i: number): string;
  /**
   * The object that these are the lines of, when what was encoded is, byte for byte, a piece of it as it was decoded, and where that
   * begins; undefined for anything else. Asked for at most once a batch: it looks at every record.
   */
  pieceOf?(): Omit<Extract<ArchiveMarks, { readonly kind: "lines" }>, "kind"> | undefined;
  /** A smaller batch over the same bytes. */
  slice(from: number, to: number): EncodedBatch;
}

/** A whole object, to be copied as it is stored. */
export interface ObjectCopy {
  readonly ref: ObjectRef;
  /** Of what was looked at: when the object is another one by now, the copy is to be refused. */
  readonly etag: string;
  /** Bytes as stored. */
  readonly size: number;
  /** What `Sink.partition` said of its first record. */
  readonly partition: string;
  /** Names the object, the same on every attempt: a copy made again overwrites the one before. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly lastModified?: number | undefined;
}

export type CopyResult =
  /** The sink has all of the object. */
  | { readonly kind: "delivered" }
  /** Core waits (at least `afterMs`), backs off, and gives up at the deadline: the sink is then at fault. */
  | { readonly kind: "retry"; readonly reason: Reason; readonly afterMs?: number | undefined }
  /** Credentials refused: core has the secrets read anew once, then tries again; refused again, it reads the object. */
  | { readonly kind: "unauthorized"; readonly reason: Reason }
  /** It can't be had this way: core reads it instead. `of: "bucket"`: nor can any other of the same bucket, so none is tried. */
  | { readonly kind: "refused"; readonly reason: Reason; readonly of: "object" | "bucket" };

export interface SendCall {
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly deadline: Deadline;
  /**
   * Some of its records may have been delivered before: in an earlier invocation (a redelivery, a continuation, a replay, a
   * backfill), or by an earlier attempt that was `unsure`.
   */
  readonly again: boolean;
  /** The trigger tells its retries, by `again` (SQS). Others bring records again without a word. */
  readonly told?: boolean;
}

/**
 * A destination. Small, because core batches, retries, splits, limits, isolates and accounts for it.
 * Adapters hold no buffers of records, keep no timers and never retry: a `send` is one request that writes;
 * requests that ask what is there already may come before it, most of all with `again`.
 */
export interface Sink {
  /** What the adapter can take; missing ones get the defaults. */
  readonly limits?: Partial<SinkLimits>;
  /**
   * What happens when the same record is sent twice: it is kept once; once in each index, so that another index may have it,
   * too; once as long as what is sent is cut into the same objects, which take each other's place; or twice.
   */
  readonly dedupes: "always" | "within-index" | "within-object" | "never";
  /**
   * Set: batches are compressed while they are filled, at this gzip level (1 to 9), so that large ones take little memory.
   * Limits go by what was encoded.
   */
  readonly gzip?: number;
  /** Records of different partitions never share a batch. Called once per record, before `encode`. */
  partition?(record: RecordView): string;
  /**
   * Appends one record, with whatever separates it from the next, to the batch being built. Called synchronously;
   * `record` is valid only during the call. A returned reason rejects the record (what was written is taken back).
   */
  encode(record: RecordView, out: ByteWriter): Reason | undefined;
  /** One attempt. Says what happened as a value; throws only for bugs. `batch.bytes` is core's again once it settles. */
  send(batch: EncodedBatch, call: SendCall): Promise<SendResult>;
  /**
   * One attempt to take over a whole object without its records. Core asks only where each of them, unaltered, would have
   * come to this sink: gzip of lines that no process step or route touches. What is delivered so is never encoded.
   */
  copyObject?(copy: ObjectCopy, call: SendCall): Promise<CopyResult>;
  /** Whether objects in the bucket are what it wrote: when they are read, it doesn't get their records again. */
  holds?(bucket: string): boolean;
  /** The neutral document inside one encoded record, for dead letters. Default: the bytes without the last newline. */
  document?(encoded: Uint8Array): Uint8Array;
  /** Reaches the destination without writing (`check --connect`). Resolves to undefined when all is well. */
  probe?(signal: AbortSignal): Promise<Reason | undefined>;
  /** What it will do without, though the destination is reached, each in a sentence: warnings of `check --connect`. Writes nothing. */
  caveats?(signal: AbortSignal): Promise<readonly string[]>;
  close?(): Promise<void>;
}

export interface SinkContext {
  /** The sink's name in the config. */
  readonly name: string;
  /** Folder that relative paths start from: where the command runs. */
  readonly baseDir: string;
  readonly logger: Logger;
}

/** A kind of sink, as plug-ins export it: what its options are, and how to make one. Secrets are already values in `options`. */
export interface SinkDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly options: Schema;
  /** Whether a sink of these options has `copyObject`: asked by `explain` and `check`, which make no sinks. */
  copies?(options: z.output<Schema>): boolean;
  create(options: z.output<Schema>, context: SinkContext): Sink | Promise<Sink>;
}

/** Types the definition and returns it: `export default defineSink({ options: z.strictObject({…}), create })`. */
export function defineSink<Schema extends z.ZodType>(definition: SinkDefinition<Schema>): SinkDefinition<Schema> {
  return definition;
}

export const DELIVERED: { readonly kind: "delivered" } = { kind: "delivered" };
