import { DELIVERED, type Reason, type RecordOutcome, retryAfterMs, type SendResult } from "@sluice/core";
import { itemKind } from "./error-types.ts";
import { exceedsMemory, type Sent } from "./pressure.ts";
import { errorType, type Tell } from "./reason.ts";
import { refusal } from "./refusal.ts";
import type { Answer, Failure } from "./send.ts";

/** Cuts the answer to what is read here; the status keeps items positional, for an item without anything is left out. */
export const FILTER_PATH =
  "errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";

/** Without an answer, only of these is it known that nothing was taken. */
const UNSENT: ReadonlySet<string> = new Set(["ECONNREFUSED", "DNS"]);
const TOO_MANY = 429;

/** An item of an answer cut by FILTER_PATH. */
const CREATED_ITEM = '{"create":{"status":201}}';
const NO_ERRORS = '{"errors":false';
const ITEMS = '"items":[';

const REFUSED = ["FAILURE_STORE", "the data stream refused it and put it into its failure store", 201] as const;

interface Item {
  readonly status?: number;
  /** "used": the document was refused and put where searches of the stream don't find it (Elasticsearch 8.19 and 9.1 on). */
  readonly failure_store?: unknown;
  readonly error?: {
    readonly type?: unknown;
    readonly reason?: unknown;
    readonly caused_by?: { readonly reason?: unknown };
  };
}

interface BulkAnswer {
  readonly items: readonly Readonly<Record<string, Item>>[];
}

/** What came of a batch. */
export function sendResult(answer: Answer | Failure, sent: Sent, tell: Tell): SendResult {
  if (answer.kind === "failure") {
    const reason = tell(answer.code, answer.message);
    if (answer.lasting) return { kind: "unavailable", reason };
    return { kind: "retry", reason, ...(UNSENT.has(answer.code) ? {} : { unsure: true }) };
  }
  if (answer.status < 200 || answer.status > 299) return refusal(answer, sent, tell);
  return allCreated(answer.text, sent.count) ? DELIVERED : eachOf(answer, sent, tell);
}

/** Told from the text's length, without parsing it: no errors, and as many items as records. */
function allCreated(text: string, count: number): boolean {
  if (!text.startsWith(NO_ERRORS)) return false;
  const items = text.indexOf(ITEMS, NO_ERRORS.length);
  const expected = count * (CREATED_ITEM.length + 1) - 1 + "]}".length;
  return items >= 0 && text.length - items - ITEMS.length === expected;
}

function eachOf(answer: Answer, sent: Sent, tell: Tell): SendResult {
  const parsed = parseBulk(answer.text);
  if (parsed?.items.length !== sent.count) {
    const got = parsed === undefined ? "no answer to a bulk request" : `${parsed.items.length} results`;
    const message = `expected results for ${sent.count} records, got ${got}`;
    return { kind: "unavailable", reason: tell("SINK_PROTOCOL", message, answer.status) };
  }
  const outcomes = parsed.items.map((item) => outcomeOf(Object.values(item)[0], tell));
  if (outcomes.every(({ kind }) => kind === "delivered")) return DELIVERED;
  const refused = refusedWhole(parsed.items, outcomes, sent);
  if (refused !== undefined) return { kind: "split", reason: refused };
  const afterMs = retryAfterMs(answer.headers["retry-after"]);
  return { kind: "each", outcomes, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** No item got in, for want of memory: all of them at once would meet the same again. */
function refusedWhole(items: BulkAnswer["items"], outcomes: readonly RecordOutcome[], sent: Sent): Reason | undefined {
  const [first] = outcomes;
  if (first?.kind !== "retry" || !exceedsMemory(wordsOf(Object.values(items[0] ?? {})[0]), sent)) return undefined;
  return outcomes.every(({ kind }) => kind === "retry") ? first.reason : undefined;
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
  const words = wordsOf(item);
  const kind = itemKind(status, type, words);
  if (kind === "delivered")
    return item?.failure_store === "used" ? { kind: "reject", reason: tell(...REFUSED) } : DELIVERED;
  const reason = tell(type ?? `HTTP_${status}`, words, status);
  return kind === "retry" && status !== TOO_MANY ? { kind, reason, unsure: true } : { kind, reason };
}

/** OpenSearch says no more than "failed to parse" and leaves the rest to the cause. */
function wordsOf(item: Item | undefined): string {
  const { reason, caused_by: cause } = item?.error ?? {};
  if (typeof reason !== "string") return "";
  return reason === "failed to parse" && typeof cause?.reason === "string" ? `${reason}: ${cause.reason}` : reason;
}
