import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { MAX_QUOTED_CHARS } from "../errors.ts";
import type { Reason, SendResult, Sink } from "../ports/sink.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { ContractCase, NetworkHarness, SinkHarness } from "./harness.ts";
import { SETTLE_MS, sendCall, someRecords, within, withServer } from "./subject.ts";
import { type Row, TABLE_RECORDS } from "./table.ts";

/** Our own words beside a server's, in characters. */
const OWN_WORDS = 200;

/** One row: one send, one request, the action that the table names, and a reason that is short and tells no secret. */
export function tableCase(harness: SinkHarness, network: NetworkHarness, row: Row): ContractCase {
  const expected = typeof row.result === "string" ? row.result : row.result.join(", ");
  return {
    name: `answer: ${row.name} → ${expected}`,
    run: () =>
      withServer(harness, network, [row.answer], async (sink, server) => {
        const result = await sendOnce(sink);
        assert.equal(server.requests.length, 1, "requests made");
        checkResult(result, row);
        checkReasons(result, row, network.secrets);
      }),
  };
}

async function sendOnce(sink: Sink): Promise<SendResult> {
  const batch = encodeBatch(sink, someRecords(TABLE_RECORDS));
  const before = Buffer.from(batch.bytes);
  const result = await within(SETTLE_MS, "send", sink.send(batch, sendCall()));
  assert.ok(before.equals(batch.bytes), "send changed the batch's bytes");
  return result;
}

function checkResult(result: SendResult, row: Row): void {
  const said = JSON.stringify(result).slice(0, 500);
  if (typeof row.result === "string") assert.equal(result.kind, row.result, said);
  else {
    const outcomes = result.kind === "delivered" ? row.result.map(() => "delivered") : kindsOf(result);
    assert.deepEqual(outcomes, [...row.result], said);
  }
  const afterMs = "afterMs" in result ? result.afterMs : undefined;
  assert.ok(afterMs === undefined || (Number.isFinite(afterMs) && afterMs >= 0), `afterMs: ${afterMs}`);
  if (row.afterMs === undefined) return;
  const [least, most] = row.afterMs;
  assert.ok(afterMs !== undefined && afterMs >= least && afterMs <= most, `afterMs: ${afterMs}`);
}

function kindsOf(result: SendResult): readonly string[] {
  return result.kind === "each" ? result.outcomes.map(({ kind }) => kind) : [result.kind];
}

function checkReasons(result: SendResult, row: Row, secrets: readonly string[]): void {
  for (const reason of reasonsOf(result)) {
    assert.ok(reason.code.length > 0 && reason.code.length <= 100, `code: ${reason.code}`);
    assert.ok(reason.message.length > 0, "no message");
    assert.ok(reason.message.length <= MAX_QUOTED_CHARS + OWN_WORDS, `${reason.message.length} characters of reason`);
    const text = JSON.stringify(reason);
    for (const secret of secrets) assert.ok(!text.includes(secret), "a secret in the reason");
    const wholeAnswer = result.kind !== "each" && "status" in row.answer && row.answer.cutAfter === undefined;
    if (wholeAnswer) assert.equal(reason.status, row.answer.status, "the reason's status");
  }
}

function reasonsOf(result: SendResult): readonly Reason[] {
  if (result.kind === "each") return result.outcomes.flatMap((each) => ("reason" in each ? [each.reason] : []));
  return "reason" in result ? [result.reason] : [];
}
