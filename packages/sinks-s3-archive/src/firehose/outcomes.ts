import type { PutRecordBatchCommandOutput, PutRecordBatchResponseEntry } from "@aws-sdk/client-firehose";
import { DELIVERED, quote, type RecordOutcome, type SendResult } from "@sluice/core";
import type { Action } from "../aws/failure.ts";

/** Firehose's errors for the whole call (API reference: PutRecordBatch) where their status would say otherwise. */
export const ERRORS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["ServiceUnavailableException", "retry"],
  ["InternalFailure", "retry"],
  ["RequestEntityTooLarge", "split"],
  ["RequestEntityTooLargeException", "split"],
]);

const RETRIED = /^(ServiceUnavailable|InternalFailure|InternalServerError)|throttl|limitexceeded/i;

/** FailedPutCount and RequestResponses in the batch's order. An answer without them tells of no record that it was taken. */
export function outcomeOf(
  answer: PutRecordBatchCommandOutput,
  count: number,
  redact: (text: string) => string,
): SendResult {
  const responses = answer.RequestResponses ?? [];
  if (responses.length !== count) {
    const status = answer.$metadata.httpStatusCode;
    const message = `expected ${count} answers, one a record, got ${responses.length}`;
    return { kind: "unavailable", reason: { code: "SINK_PROTOCOL", status, message } };
  }
  if (responses.every(({ ErrorCode }) => ErrorCode === undefined)) return DELIVERED;
  return { kind: "each", outcomes: responses.map((response) => recordOutcome(response, redact)) };
}

function recordOutcome(
  { ErrorCode, ErrorMessage }: PutRecordBatchResponseEntry,
  redact: (text: string) => string,
): RecordOutcome {
  if (ErrorCode === undefined) return DELIVERED;
  const reason = { code: quote(redact(ErrorCode)), message: quote(redact(ErrorMessage ?? "")) || "without words" };
  return { kind: RETRIED.test(ErrorCode) ? "retry" : "fail", reason };
}
