import { DELIVERED, type EncodedBatch, type RecordOutcome, type SendResult } from "@sluice/core";
import type { BulkLines } from "./bulk-lines.ts";
import type { LookedUp, Sought } from "./lookup.ts";
import type { Sent } from "./pressure.ts";

/** One bulk request: its body, compressed or not, and what it holds. */
export type Post = (body: Uint8Array, sent: Sent) => Promise<SendResult>;

/** Sends what isn't there already; what is there counts as delivered. Nothing is sent while that can't be told. */
export async function sendMissing(
  batch: EncodedBatch,
  lines: BulkLines,
  find: (sought: Sought) => Promise<LookedUp>,
  post: Post,
): Promise<SendResult> {
  const found = await find({ count: batch.count, name: (i) => lines.name(i), id: (i) => batch.id(i) });
  if (found.kind !== "found") return found;
  const missing = found.there.flatMap((there, i) => (there ? [] : [i]));
  if (missing.length === 0) return DELIVERED;
  if (missing.length === batch.count)
    return post(batch.bytes, { count: batch.count, bytes: batch.offset(batch.count) });
  const { body, bytes } = lines.body(missing);
  return ofWhole(await post(body, { count: missing.length, bytes }), missing, batch.count);
}

/** What came of the records at `missing`, as an answer for the whole batch: the others were there. */
function ofWhole(result: SendResult, missing: readonly number[], count: number): SendResult {
  if (result.kind !== "each" && result.kind !== "retry") return result;
  const { afterMs } = result;
  const outcomes = Array.from({ length: count }, (): RecordOutcome => DELIVERED);
  missing.forEach((i, at) => {
    outcomes[i] = result.kind === "each" ? (result.outcomes[at] as RecordOutcome) : alone(result);
  });
  return { kind: "each", outcomes, ...(afterMs === undefined ? {} : { afterMs }) };
}

function alone({ reason, unsure }: Extract<SendResult, { readonly kind: "retry" }>): RecordOutcome {
  return { kind: "retry", reason, ...(unsure === true ? { unsure } : {}) };
}
