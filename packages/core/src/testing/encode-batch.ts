import { strict as assert } from "node:assert";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { EncodedBatch, Reason, Sink } from "../ports/sink.ts";
import { type RecordView, recordId } from "../record/record.ts";

export interface TestBatch extends EncodedBatch {
  /** Those that `encode` refused; they are not in the batch. */
  readonly rejected: readonly { readonly record: RecordView; readonly reason: Reason }[];
  slice(from: number, to: number): TestBatch;
}

/** What core hands to `send` for these records. They must be of one partition; sinks with `cellBytes` get a `cell`. */
export function encodeBatch(
  sink: Sink,
  records: readonly RecordView[],
  options: { readonly cell?: string } = {},
): TestBatch {
  const out = new ByteWriter();
  const ids: string[] = [];
  const offsets: number[] = [0];
  const rejected: { record: RecordView; reason: Reason }[] = [];
  const partitions = new Set<string>();
  for (const record of records) {
    const before = out.length;
    const partition = sink.partition?.(record) ?? "";
    const reason = sink.encode(record, out);
    if (reason !== undefined) {
      out.truncate(before);
      rejected.push({ record, reason });
      continue;
    }
    assert.ok(out.length > before, "encode wrote nothing for a record that it took");
    partitions.add(partition);
    ids.push(recordId(record.idKey, record.start, record.end, record.part));
    offsets.push(out.length);
  }
  assert.ok(partitions.size <= 1, `records of several partitions: ${[...partitions].join(", ")}`);
  const cell = options.cell ?? (sink.limits?.cellBytes === undefined ? undefined : `1${"0".repeat(32)}-16m-0`);
  const [partition = ""] = partitions;
  return batchOf({ bytes: out.view(), ids, offsets, partition, cell, rejected }, 0, ids.length);
}

interface Parts {
  readonly bytes: Uint8Array;
  readonly ids: readonly string[];
  readonly offsets: readonly number[];
  readonly partition: string;
  readonly cell: string | undefined;
  readonly rejected: TestBatch["rejected"];
}

function batchOf(parts: Parts, from: number, to: number): TestBatch {
  const base = parts.offsets[from] as number;
  return {
    bytes: parts.bytes.subarray(base, parts.offsets[to]),
    count: to - from,
    partition: parts.partition,
    cell: parts.cell,
    rejected: parts.rejected,
    offset: (i) => (parts.offsets[from + i] as number) - base,
    id: (i) => parts.ids[from + i] as string,
    slice: (a, b) => batchOf(parts, from + a, from + b),
  };
}
