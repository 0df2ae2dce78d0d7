import { type ErrorCode, quote, SluiceError } from "@sluice/core";
import { s3ErrorCode } from "../s3-errors.ts";

/** SQS's own words for faults that pass (Amazon SQS API Reference, "SendMessage"); the others are common to AWS. */
const THROTTLED: ReadonlySet<string> = new Set(["RequestThrottled", "KmsThrottled"]);
const TRANSIENT: ReadonlySet<ErrorCode> = new Set(["THROTTLED", "TIMEOUT", "RESET"]);

/** Why a request, of SQS or S3, didn't hand work over: a fault that may pass, or CONTINUATION_REFUSED. */
export function handOverFault(error: unknown, where: string, signal: AbortSignal): SluiceError {
  if (signal.aborted) return outOfTime(error, where);
  const { name, message } = wordsOf(error);
  const code = THROTTLED.has(name) ? "THROTTLED" : s3ErrorCode(error);
  const text = quote(`${where}: ${name}: ${message}`);
  return new SluiceError(TRANSIENT.has(code) ? code : "CONTINUATION_REFUSED", text, { cause: error });
}

/** Why a claim couldn't be read; what the reader of objects said goes with the place. */
export function claimFault(error: unknown, where: string, signal: AbortSignal): SluiceError {
  if (signal.aborted) return outOfTime(error, where);
  const { name, message } = wordsOf(error);
  if (error instanceof SluiceError) return new SluiceError(error.code, `${quote(where)}: ${message}`, { cause: error });
  return new SluiceError(s3ErrorCode(error), quote(`${where}: ${name}: ${message}`), { cause: error });
}

/** The queue is set to take smaller messages than SQS would. */
export function isTooLong(error: unknown): boolean {
  const cause = error instanceof SluiceError ? error.cause : undefined;
  return /^InvalidParameterValue|^InvalidMessageContents$/.test(wordsOf(cause).name);
}

/** A fault's name and words: Node's own have a code for a name, and those of several addresses have no words. */
export function wordsOf(error: unknown): { readonly name: string; readonly message: string } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { code } = error as { readonly code?: unknown };
  const isPlain = /^(?:Aggregate|System)?Error$/.test(error.name) && typeof code === "string";
  return { name: isPlain ? code : error.name, message: error.message || "no more is known" };
}

function outOfTime(error: unknown, where: string): SluiceError {
  return new SluiceError("TIMEOUT", quote(`${where}: no answer in the time that was left`), { cause: error });
}
