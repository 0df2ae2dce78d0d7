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
  /** Times that it had been sent again when it was refused. */
  readonly resent?: number | undefined;
}

/** Keeps dead letters. `put` resolves only once they are durable; the same `key` overwrites, so a retry never doubles them. */
export interface DeadLetterStore {
  put(key: string, letters: readonly DeadLetter[], signal: AbortSignal): Promise<void>;
}
