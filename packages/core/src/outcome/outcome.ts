import type { ErrorCode, SluiceError } from "../errors.ts";
import type { Reason } from "../ports/sink.ts";

/** Records per sink; sinks with none are left out. */
export type PerSink = Readonly<Record<string, number>>;

/**
 * The law: `in + added = filtered + routed`, and per sink `routed = delivered + deadLettered + failed + dropped + continued`.
 * Blank, header and comment lines are `skipped`, outside `in`.
 */
export interface Counts {
  readonly in: number;
  readonly skipped: number;
  readonly added: number;
  readonly filtered: number;
  /** Records that went to at least one sink. */
  readonly routed: number;
  /** Records whose line did not fit its format; they are delivered as raw records. */
  readonly unparsed: number;
  /** Records of which only the beginning was delivered, as they were larger than `read.maxFrameBytes` (`oversized: truncate`). */
  readonly truncated: number;
  readonly delivered: PerSink;
  readonly deadLettered: PerSink;
  readonly failed: PerSink;
  readonly dropped: PerSink;
  readonly continued: PerSink;
  /** Objects that a sink took over whole. Their records are in the other counts only where they were read, for another sink. */
  readonly copied: PerSink;
  /** Bytes of those, as stored. */
  readonly copiedBytes: PerSink;
  /** Objects that were replaced before an invocation that went on with them, as what replaced them comes by itself; or gone (`onMissing: ignore`). */
  readonly superseded: number;
  /** `deadLettered`: how many of those that are ok are so because what can't be read of them is a dead letter; there when some are. */
  readonly units: { readonly ok: number; readonly failed: number; readonly deadLettered?: number };
}

/** What of a unit other invocations go on with. */
export interface HandedOver {
  /** On the continuation queue. */
  readonly messages: number;
  /** Why, once for each item; none for an object that is only shared, in ranges. */
  readonly errors: readonly ErrorCode[];
}

/** What became of one unit. A unit is ok only when nothing of it is unaccounted for in any required sink. */
export interface UnitOutcome {
  readonly id: string;
  readonly ok: boolean;
  readonly items: number;
  readonly records: number;
  /** Why it failed, when it did. */
  readonly error?: SluiceError | undefined;
  /** Of its records, once for each sink that refused one; there when there are some. */
  readonly deadLetters?: number;
  /** Why it, or something of it, was put among the dead letters. */
  readonly deadLettered?: SluiceError | undefined;
  /** There when something of it was; a unit is ok with that. */
  readonly handedOver?: HandedOver | undefined;
}

/** Refusals and failures seen at one sink, grouped by code. */
export interface SinkTrouble {
  readonly sink: string;
  readonly reason: Reason;
  readonly records: number;
}

/**
 * What became of a dead letter that was sent again; `deadLettered`: it was refused once more; `unwanted`: its record, read again,
 * is one that the config takes out now.
 */
export type LetterFate = "delivered" | "deadLettered" | "failed" | "unwanted";

export interface Outcome {
  readonly counts: Counts;
  readonly units: readonly UnitOutcome[];
  readonly troubles: readonly SinkTrouble[];
  /** Bytes read, as stored. */
  readonly bytes: number;
  /** What the trigger is to be answered (`batchItemFailures` …, an `InvocationAnswer`); undefined where there is nothing to say. */
  readonly response: unknown;
  /** Set when the trigger can be told of the failure only by throwing this. */
  readonly error?: SluiceError | undefined;
}

export interface Resent extends Outcome {
  /** By the letters' order. Why one failed is told by the unit of the same number. */
  readonly fates: readonly LetterFate[];
}
