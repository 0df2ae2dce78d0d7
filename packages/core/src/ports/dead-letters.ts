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
}

/** Keeps dead letters. `put` resolves only once they are durable; the same `key` overwrites, so a retry never doubles them. */
export interface DeadLetterStore {
  put(key: string, letters: readonly DeadLetter[], signal: AbortSignal): Promise<void>;
}
