import type { UnitKind } from "../envelope/item.ts";
import type { Service } from "../record/origin.ts";

/** One record that a sink refused for the record's own fault, as it was after processing. */
export interface DeadLetter {
  readonly id: string;
  readonly sink: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status?: number | undefined;
  readonly reason: { readonly code: string; readonly message: string };
  /** Where the record came from: flat ECS names (aws.s3.bucket.name …). */
  readonly origin: Readonly<Record<string, string>>;
  readonly start: number;
  readonly end: number;
  /** The record as the sink would have got it: a JSON document, or text where the sink's encoding isn't JSON. */
  readonly document: Uint8Array;
  readonly json: boolean;
  /** The document is all that the sink's encoder wrote, but for its line end; else it is the document within that. */
  readonly encoded?: true | undefined;
  /** What names the record's target; lines of before these were kept lack them. */
  readonly dataset?: string | undefined;
  readonly namespace?: string | undefined;
  /** The record's own time, milliseconds since the epoch. */
  readonly timestamp?: number | undefined;
  readonly service?: Service | undefined;
  /** Names the object or batch that it came in, where that isn't the first part of the id. */
  readonly source?: string | undefined;
  /** Of the object that it came in, where its bucket keeps versions. */
  readonly versionId?: string | undefined;
  /** Times that it had been sent again when it was refused. */
  readonly resent?: number | undefined;
}

/** Which record a letter is of, without what became of it. */
export type LetterName = Pick<DeadLetter, "id" | "sink" | "origin" | "service" | "versionId" | "resent">;

/**
 * What a trigger handed over and nobody can read, for its own fault (`onUndecodable: deadLetter`): an object, as the reference
 * to it, or else the payload of its unit.
 */
export interface UnitLetter {
  readonly kind: "unit";
  /** The same on every redelivery. */
  readonly id: string;
  readonly sink: null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: { readonly code: string; readonly message: string };
  /** Where it came from, as far as it was read: flat ECS names. */
  readonly origin: Readonly<Record<string, string>>;
  readonly unit: {
    readonly kind: UnitKind;
    /** What the trigger names it by. */
    readonly id: string;
    /** ARN of the queue, stream or cluster, where the event tells it. */
    readonly source?: string | undefined;
    /** Of a stream. */
    readonly shard?: string | undefined;
    /** Of the function that received the event. */
    readonly region?: string | undefined;
    readonly receiveCount: number;
  };
  /** Records that were read before the fault; all of them have reached their sinks. */
  readonly records: number;
  readonly document: Uint8Array;
  /** What the document is; `base64` for bytes that need not be text. */
  readonly form: "json" | "text" | "base64";
}

export type Letter = DeadLetter | UnitLetter;

/** Keeps dead letters. `put` resolves only once they are durable; the same `key` overwrites, so a retry never doubles them. */
export interface DeadLetterStore {
  put(key: string, letters: readonly Letter[], signal: AbortSignal): Promise<void>;
}
