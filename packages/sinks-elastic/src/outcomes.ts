import { DELIVERED, type RecordOutcome, type SendResult } from "@sluice/core";
import { itemKind } from "./error-types.ts";
import { errorType, type Tell } from "./reason.ts";
import { refusal } from "./refusal.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Answer, Failure } from "./send.ts";

/** Cuts the answer to what is read here; the status keeps items positional, for an item without anything is left out. */
export const FILTER_PATH = "errors,items.*.status,items.*.error.type,items.*.error.reason";

/** An item of an answer cut by FILTER_PATH. */
const CREATED_ITEM = '{"create":{"status":201}}';
const NO_ERRORS = '{"errors":false';
const ITEMS = '"items":[';

interface Item {
  readonly status?: number;
  readonly error?: { readonly type?: unknown; readonly reason?: unknown };
}

interface BulkAnswer {
  readonly items: readonly Readonly<Record<string, Item>>[];
}

/** What came of a batch of `count` records. */
export function sendResult(answer: Answer | Failure, count: number, tell: Tell): SendResult {
  if (answer.kind === "failure") {
    return { kind: answer.lasting ? "unavailable" : "retry", reason: tell(answer.code, answer.message) };
  }
  if (answer.status < 200 || answer.status > 299) return refusal(answer, tell);
  return allCreated(answer.text, count) ? DELIVERED : eachOf(answer, count, tell);
}

/** Told from the text's length, without parsing it: no errors, and as many items as records. */
function allCreated(text: string, count: number): boolean {
  if (!text.startsWith(NO_ERRORS)) return false;
  const items = text.indexOf(ITEMS, NO_ERRORS.length);
  const expected = count * (CREATED_ITEM.length + 1) - 1 + "]}".length;
  return items >= 0 && text.length - items - ITEMS.length === expected;
}

function eachOf(answer: Answer, count: number, tell: Tell): SendResult {
  const parsed = parseBulk(answer.text);
  if (parsed?.items.length !== count) {
    const got = parsed === undefined ? "no answer to a bulk request" : `${parsed.items.length} results`;
    const message = `expected results for ${count} records, got ${got}`;
    return { kind: "unavailable", reason: tell("SINK_PROTOCOL", message, answer.status) };
  }
  const outcomes = parsed.items.map((item) => outcomeOf(Object.values(item)[0], tell));
  if (outcomes.every(({ kind }) => kind === "delivered")) return DELIVERED;
  const afterMs = retryAfterMs(answer.headers);
  return { kind: "each", outcomes, ...(afterMs === undefined ? {} : { afterMs }) };
}

function parseBulk(text: string): BulkAnswer | undefined {
  try {
    const value = JSON.parse(text) as Partial<BulkAnswer> | null;
    return Array.isArray(value?.items) && value.items.every(isItem) ? (value as BulkAnswer) : undefined;
  } catch {
    return undefined;
  }
}

function isItem(value: unknown): boolean {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function outcomeOf(item: Item | undefined, tell: Tell): RecordOutcome {
  const status = typeof item?.status === "number" ? item.status : 0;
  const type = item?.error === undefined ? undefined : (errorType(item.error.type) ?? "unknown");
  const words = typeof item?.error?.reason === "string" ? item.error.reason : "";
  const kind = itemKind(status, type, words);
  return kind === "delivered" ? DELIVERED : { kind, reason: tell(type ?? `HTTP_${status}`, words, status) };
}
