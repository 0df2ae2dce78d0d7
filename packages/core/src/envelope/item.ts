import type { DirectRecord } from "../api.ts";
import type { Hops, Resume } from "../continue/continuation.ts";
import type { SluiceError } from "../errors.ts";
import type { ObjectRef } from "../ports/object-reader.ts";
import type { LogBatch, StreamRecord } from "../record/origin.ts";
import type { Json } from "./expect.ts";
import type { LogKernel } from "./log-kernel.ts";

/** What must be acknowledged: told to the trigger when something of it fails. */
export type UnitKind =
  | "sqs"
  | "kinesis"
  | "kafka"
  | "firehose"
  | "s3-batch"
  | "invocation"
  | "object"
  | "direct"
  | "letter";

/** Where an item was found: the envelopes from the outside in, for `explain` and log lines. */
export type EnvelopePath = readonly string[];

export interface LogEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Events of one batch: as values, or left in the payload's bytes, where the log kernel found them; valid until its next scan. */
export type LogEvents = { readonly count: number; readonly firstId: string; readonly lastId: string } & (
  | { readonly form: "parsed"; readonly list: readonly LogEvent[] }
  | { readonly form: "in place"; readonly bytes: Uint8Array; readonly kernel: LogKernel }
);

/** What can be read as it is. */
export type OpenItem =
  | {
      readonly kind: "object";
      readonly path: EnvelopePath;
      readonly ref: ObjectRef;
      /** Its records may have been delivered before: it is named by a backfill, not by its store. */
      readonly again?: boolean;
      /** Missing: the object is read from its beginning, for all sinks. */
      readonly resume?: Resume | undefined;
    }
  | {
      readonly kind: "logs";
      readonly path: EnvelopePath;
      readonly batch: LogBatch;
      readonly events: LogEvents;
    }
  | { readonly kind: "bytes"; readonly path: EnvelopePath; readonly stream: StreamRecord; readonly bytes: Uint8Array }
  | {
      readonly kind: "direct";
      readonly path: EnvelopePath;
      readonly stream: string;
      readonly records: Iterable<DirectRecord>;
    };

/**
 * A payload that came in the event itself, compressed, and stays so until its turn. `open` gives what is in it, valid
 * until the next one is opened: it is to be read at one go. It throws a coded error, which fails the unit.
 */
export interface InlineItem {
  readonly kind: "inline";
  readonly path: EnvelopePath;
  readonly open: () => Opened;
}

/** What comes in an event itself, ready to be read. */
export type InnerItem = Extract<OpenItem, { readonly kind: "logs" | "bytes" }>;

export interface Opened {
  readonly items: readonly InnerItem[];
  readonly ignored: readonly Ignored[];
}

export type Item = OpenItem | InlineItem;

/** Known to carry no records: s3:TestEvent, CONTROL_MESSAGE, ObjectRemoved … */
export interface Ignored {
  readonly path: EnvelopePath;
  readonly reason: string;
}

/** What SQS knows one receive of a message by. */
export interface Receipt {
  readonly queueArn: string;
  readonly receiptHandle: string;
}

/** What a unit came as, for when nothing can be made of it: text, bytes in base64, or the event itself. */
export interface Payload {
  readonly form: "text" | "base64" | "json";
  /** A string where the sender kept to its own rules. */
  readonly value: unknown;
}

export interface Unit {
  /**
   * What the trigger is told: SQS message id, Kinesis sequence number, Kafka's `topic-partition:offset`, Firehose's record id, the
   * task's id of S3 Batch Operations, "" for the invocation.
   */
  readonly id: string;
  readonly kind: UnitKind;
  /** Times it was received, this one included; 1 where the trigger doesn't tell. */
  readonly receiveCount: number;
  /** ARN of the queue, stream or cluster that it came from, where the event tells it. */
  readonly source?: string | undefined;
  /** Of a Kinesis record. */
  readonly shard?: string | undefined;
  readonly payload?: Payload | undefined;
  /** Units of one group are handled one after the other; nothing after a group's first failure is read or acknowledged (SQS FIFO). */
  readonly group?: string | undefined;
  /** Of an SQS message, where the event tells it. */
  readonly receipt?: Receipt | undefined;
  readonly items: readonly Item[];
  readonly ignored: readonly Ignored[];
  /** There when it was handed over by an earlier invocation. */
  readonly hops?: Hops | undefined;
  /** Why it could not be decoded; then it has no items. */
  readonly error?: SluiceError | undefined;
}

export type TriggerKind =
  | "sqs"
  | "kinesis"
  | "kafka"
  | "firehose"
  | "s3-batch"
  | "async"
  | "objects"
  | "direct"
  | "letters";

export interface Decoded {
  readonly trigger: TriggerKind;
  /** The event, where the answer says parts of it again (Firehose, S3 Batch Operations). */
  readonly event?: Json | undefined;
  readonly units: readonly Unit[];
}

/** What was put aside as too large for a queue, by its claim's key: its text, or why it isn't to be had. */
export type Claims = ReadonlyMap<string, string | SluiceError>;

/** What the entrypoint knows and payloads don't tell. */
export interface ReceiverContext {
  /** Of the function or stream that received the event. */
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
  /** Decoded bytes that one inline payload may have. */
  readonly maxInlineBytes: number;
  readonly claims?: Claims | undefined;
}
