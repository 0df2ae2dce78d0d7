import { retryAfterMs, type SendResult } from "@sluice/core";
import { exceedsMemory, type Sent } from "./pressure.ts";
import { errorType, type Tell } from "./reason.ts";
import type { Answer } from "./send.ts";

type Refusal = Exclude<SendResult["kind"], "delivered" | "each">;

/** What a refusal of the whole request means; any other status is `unavailable`. */
const BY_STATUS: ReadonlyMap<number, Refusal> = new Map([
  [401, "unauthorized"],
  [403, "unauthorized"],
  [408, "retry"],
  [413, "split"],
  [429, "retry"],
  [500, "retry"],
  [502, "retry"],
  [503, "retry"],
  [504, "retry"],
]);

/** Types of a 400 that one record can bring upon all: halves of the batch find it. */
const PARSE_TYPES: ReadonlySet<string> = new Set([
  "action_request_validation_exception",
  "document_parsing_exception",
  "json_e_o_f_exception",
  "json_parse_exception",
  "mapper_parsing_exception",
  "not_x_content_exception",
  "parse_exception",
  "parsing_exception",
  "stream_constraints_exception",
  "stream_read_exception",
  "unexpected_end_of_input_exception",
  "x_content_e_o_f_exception",
  "x_content_parse_exception",
]);

const MALFORMED = /malformed (action|content)|bulk request must be terminated by a newline|unexpected (character|end)/i;

/** The answer to a request that was refused whole. */
export function refusal(answer: Answer, sent: Sent, tell: Tell): SendResult {
  const { type, words } = errorOf(answer.text);
  const kind = refusalKind(answer.status, type, words, sent);
  const code = type ?? `HTTP_${answer.status}`;
  const reason = tell(code, words === "" ? `HTTP ${answer.status} without a reason` : words, answer.status);
  if (kind !== "retry") return { kind, reason };
  const afterMs = retryAfterMs(answer.headers["retry-after"]);
  const unsure = answer.status === 429 ? {} : { unsure: true };
  return { kind, reason, ...(afterMs === undefined ? {} : { afterMs }), ...unsure };
}

function refusalKind(status: number, type: string | undefined, words: string, sent: Sent): Refusal {
  if (status === 403 && type === "cluster_block_exception") return "unavailable";
  if (status === 429 && exceedsMemory(words, sent)) return "split";
  if (status === 400) return isParse(type, words) ? "split" : "unavailable";
  return BY_STATUS.get(status) ?? "unavailable";
}

function isParse(type: string | undefined, words: string): boolean {
  return (
    type !== undefined && (PARSE_TYPES.has(type) || (type === "illegal_argument_exception" && MALFORMED.test(words)))
  );
}

/** The error of a whole answer: `{"error":{"type","reason"}}`, or whatever stands between says. */
export function errorOf(text: string): { readonly type: string | undefined; readonly words: string } {
  try {
    const { error, message, Message } = JSON.parse(text) as Record<string, unknown>;
    if (error !== null && typeof error === "object") {
      const { type, reason } = error as Record<string, unknown>;
      return { type: errorType(type), words: String(reason ?? "") };
    }
    return { type: undefined, words: String(error ?? message ?? Message ?? "") };
  } catch {
    return { type: undefined, words: text.trim() };
  }
}
