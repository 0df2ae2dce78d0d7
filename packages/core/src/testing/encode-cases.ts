import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { Sink } from "../ports/sink.ts";
import type { RecordView } from "../record/record.ts";
import { limitsOf } from "../sink/limits.ts";
import { encodeBatch } from "./encode-batch.ts";
import type { ContractCase, SinkHarness } from "./harness.ts";
import { withSink } from "./subject.ts";
import { testRecord } from "./test-record.ts";

const HOSTILE: readonly string[] = [
  "",
  "plain",
  'quotes " and \\ backslashes',
  "tab\tbell\u0007 null\u0000 escape\u001b[31m",
  "line\u2028 paragraph\u2029 next\u0085 and a lone\rreturn",
  "two\nlines\r\nand three",
  "Grüße, 日本語, 👩‍👩‍👧, \ufffd",
  '{"message":"not mine","_index":"nor this"}',
  "],[{}\n]",
  "x".repeat(100_000),
];

const records = (): RecordView[] => HOSTILE.map((message, i) => testRecord({ message, start: i * 200_000 }));

export function encodeCases(harness: SinkHarness): ContractCase[] {
  const named = (name: string, check: (sink: Sink) => void): ContractCase => ({
    name: `encode: ${name}`,
    run: () => withSink(harness, check),
  });
  return [
    named("gives the same bytes every time, whatever came before", sameBytes),
    named("appends only", appends),
    named("a refused record leaves no trace", (sink) => refuses(sink, harness.rejected ?? [])),
    named("dead letters get the document, with the message as it was", (sink) => documents(sink, harness)),
    named("partitions depend on the record alone", samePartition),
    named("the adapter's limits are whole numbers and fit each other", saneLimits),
  ];
}

function sameBytes(sink: Sink): void {
  const all = encodeBatch(sink, records());
  records().forEach((record, i) => {
    const alone = encodeBatch(sink, [record]);
    const among = all.slice(i, i + 1);
    assert.ok(Buffer.from(alone.bytes).equals(among.bytes), `"${HOSTILE[i]?.slice(0, 20)}" differs among others`);
  });
}

function appends(sink: Sink): void {
  const out = new ByteWriter(64);
  out.ascii("what was there");
  for (const record of records()) sink.encode(record, out);
  assert.equal(out.view(0, 14).toString(), "what was there");
}

function refuses(sink: Sink, rejected: readonly RecordView[]): void {
  const [good] = records();
  assert.ok(good);
  for (const bad of rejected) {
    const batch = encodeBatch(sink, [good, bad, good]);
    assert.equal(batch.rejected.length, 1, "the record was not refused");
    assert.ok(batch.rejected[0]?.reason.code, "no code");
    assert.ok(Buffer.from(encodeBatch(sink, [good, good]).bytes).equals(batch.bytes), "the others changed");
  }
}

function documents(sink: Sink, harness: SinkHarness): void {
  if (harness.noDocument !== undefined) return;
  const messageOf = harness.messageOf ?? ((document: unknown) => (document as { message?: unknown }).message);
  const batch = encodeBatch(sink, records());
  HOSTILE.forEach((message, i) => {
    const encoded = batch.record(i);
    const before = Buffer.from(encoded);
    const text = Buffer.from(sink.document?.(encoded) ?? withoutNewline(encoded)).toString();
    assert.ok(!text.includes("\n"), "the document has a line end in it");
    assert.equal(messageOf(JSON.parse(text)), message);
    assert.ok(before.equals(encoded), "document() changed the batch");
  });
}

function withoutNewline(encoded: Uint8Array): Uint8Array {
  return encoded.at(-1) === 0x0a ? encoded.subarray(0, -1) : encoded;
}

function samePartition(sink: Sink): void {
  if (sink.partition === undefined) return;
  const day = 86_400_000;
  const seen = [0, 1, 0, 2, 1].map((n) => sink.partition?.(testRecord({ timestamp: day * n, dataset: `set${n}` })));
  assert.equal(seen[0], seen[2]);
  assert.equal(seen[1], seen[4]);
}

function saneLimits(sink: Sink): void {
  for (const [name, value] of Object.entries(sink.limits ?? {}))
    if (value !== undefined) assert.ok(Number.isSafeInteger(value) && value > 0, `${name}: ${value}`);
  const limits = limitsOf(sink.limits);
  assert.ok(limits.maxRecordBytes <= limits.maxBatchBytes);
}
