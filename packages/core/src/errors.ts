/** Every error that Sluice raises on purpose carries a stable code; docs/errors.md lists them all with what to do. */
export type ErrorCode =
  | "CONFIG_INVALID"
  | "CONFIG_NOT_FOUND"
  | "PATTERN_INVALID"
  | "TRANSFORM_UNKNOWN"
  | "TRANSFORM_FAILED"
  | "EVENT_UNRECOGNIZED"
  | "EVENT_MALFORMED"
  | "EVENT_TOO_DEEP"
  | "EVENT_WITHOUT_RECORDS"
  | "RESPONSE_TOO_LARGE"
  | "OBJECT_MISSING"
  | "OBJECT_CHANGED"
  | "OBJECT_ARCHIVED"
  | "OBJECT_TRUNCATED"
  | "OBJECT_CORRUPT"
  | "OBJECT_ENCRYPTED"
  | "COMPRESSION_UNSUPPORTED"
  | "FORMAT_MISMATCH"
  | "FRAME_TOO_LARGE"
  | "ACCESS_DENIED"
  | "QUEUE_MISSING"
  | "THROTTLED"
  | "TIMEOUT"
  | "RESET"
  | "EXPANSION_LIMIT"
  | "DEADLINE"
  | "CONTINUATION_REFUSED"
  | "CONTINUATION_UNKNOWN_SINK"
  | "HOPS_EXHAUSTED"
  | "OBJECT_TOO_LARGE_TO_RESUME"
  | "SECRET_UNAVAILABLE"
  | "SINK_UNKNOWN"
  | "SINK_UNAVAILABLE"
  | "SINK_PROTOCOL"
  | "RECORD_TOO_LARGE"
  | "DEAD_LETTER_MISSING"
  | "DEAD_LETTER_FAILED"
  | "DEAD_LETTER_MALFORMED"
  | "ORIGIN_NOT_KEPT"
  | "RECORD_NOT_FOUND"
  | "SINK_NOT_ROUTED"
  | "LEDGER_BROKEN"
  | "ORDER_PRESERVED"
  | "INTERNAL";

const TRANSIENT: ReadonlySet<ErrorCode> = new Set(["THROTTLED", "TIMEOUT", "RESET"]);

/** The longest piece of foreign text (a server's words, a key, a value) that goes into a message, in characters. */
export const MAX_QUOTED_CHARS = 200;

/**
 * Thrown for misuse, bad input and faults that end a unit. `message` never holds a secret, nor more than a short cut of a payload.
 * `name` is the code, as that is what Lambda tells a function's caller an error by (`errorType`, `ErrorEquals` in Step Functions).
 */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
  }
  /** Worth another attempt of the same call within this invocation. */
  get transient(): boolean {
    return TRANSIENT.has(this.code);
  }
}

/** Normalises whatever was thrown; unknown errors become `INTERNAL` with their own words, cut. */
export function asSluiceError(error: unknown, fallback: ErrorCode = "INTERNAL"): SluiceError {
  if (error instanceof SluiceError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new SluiceError(fallback, quote(text), { cause: error });
}

/** Foreign text made fit for a message: control characters escaped, cut to MAX_QUOTED_CHARS. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return cut.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
