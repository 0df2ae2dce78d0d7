import { DELIVERED, type SendResult } from "@sluice/core";
import type { Action } from "../aws/failure.ts";
import type { Put } from "./send.ts";

/** S3's errors by name (Amazon S3 API: Error Responses) where their status would say otherwise. */
export const ERRORS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["EntityTooLarge", "split"],
  // The body changed or broke on its way.
  ["BadDigest", "retry"],
  ["InvalidDigest", "retry"],
  ["IncompleteBody", "retry"],
  ["XAmzContentSHA256Mismatch", "retry"],
  ["ConditionalRequestConflict", "retry"],
  ["OperationAborted", "retry"],
  ["RequestTimeout", "retry"],
  ["AllAccessDisabled", "unavailable"],
  ["NotImplemented", "unavailable"],
  ["InvalidObjectState", "unavailable"],
]);

/** S3 always names what it has stored; a 200 without that came from something else, and nothing is known to be kept. */
export function outcomeOf({ checksum, answer }: Put): SendResult {
  const { ETag, ChecksumCRC32, $metadata } = answer;
  const status = $metadata.httpStatusCode;
  if (ETag === undefined) {
    const message = "the answer names no ETag, so it is not from S3: check `endpoint`";
    return { kind: "unavailable", reason: { code: "SINK_PROTOCOL", status, message } };
  }
  if (ChecksumCRC32 !== undefined && ChecksumCRC32 !== checksum) {
    const message = "what was stored has another checksum than what was sent";
    return { kind: "retry", reason: { code: "CHECKSUM_MISMATCH", status, message } };
  }
  return DELIVERED;
}
