import type { ErrorCode, SluiceError } from "../errors.ts";

/**
 * The data's own fault, beside all EVENT_ codes: as it is, and read as the config says, it gives the same error on every
 * attempt. An object that is missing, denied, archived or replaced isn't here: somebody may mend that, and the next attempt reads it.
 */
const OF_THE_DATA: ReadonlySet<ErrorCode> = new Set([
  "COMPRESSION_UNSUPPORTED",
  "EXPANSION_LIMIT",
  "FORMAT_MISMATCH",
  "FRAME_TOO_LARGE",
  "HOPS_EXHAUSTED",
  "OBJECT_CORRUPT",
  "OBJECT_ENCRYPTED",
  "OBJECT_TOO_LARGE_TO_RESUME",
  "OBJECT_TRUNCATED",
]);

/** Others that no further attempt will mend by itself. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  "ACCESS_DENIED",
  "DEAD_LETTER_MISSING",
  "OBJECT_ARCHIVED",
  "OBJECT_MISSING",
]);

export function isDataFault({ code }: SluiceError): boolean {
  return OF_THE_DATA.has(code) || code.startsWith("EVENT_");
}

export function isPermanent(error: SluiceError): boolean {
  return isDataFault(error) || LASTING.has(error.code);
}
