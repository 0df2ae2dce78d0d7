import { strict as assert } from "node:assert";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { EncodedBatch, Reason, Sink } from "../ports/sink.ts";
import type { RecordView } from "../record/record.ts";
import { OpenBatch } from "../sink/batch.ts";
import { Columns } from "../sink/columns.ts";
import type { Slab } from "../sink/slab-pool.ts";

export interface TestBatch extends EncodedBatch {
  /** Those that `encode` refused; they are not in the batch. */
  readonly rejected: readonly Rejected[];
  /** Record `i` as it was encoded. */
  record(i: number): Uint8Array;
}

interface Rejected {
  readonly record: RecordView;
  readonly reason: Reason;
}

const CELL = `1${"0".repeat(32)}-8m-0`;

/** What core hands to `send` for these records. They must be of one partition; sinks with `cellBytes` get a `cell`. */
export function encodeBatch(
  sink: Sink,
  records: readonly RecordView[],
  options: { readonly cell?: string } = {},
): TestBatch {
  const partitions = new Set(records.map((record) => sink.partition?.(record) ?? ""));
  assert.ok(partitions.size <= 1, `records of several partitions: ${[...partitions].join(", ")}`);
  const [partition = ""] = partitions;
  const batch = new OpenBatch(0, partition, slabFor(sink), sink.gzip);
  batch.cell = options.cell ?? (sink.limits?.cellBytes === undefined ? undefined : CELL);
  const rejected = records.flatMap((record) => append(sink, record, batch));
  return Object.assign(batch.seal(), { rejected });
}

function slabFor({ gzip }: Sink): Slab {
  const packed = gzip === undefined ? undefined : new ByteWriter();
  return { writer: new ByteWriter(), columns: new Columns(), packed };
}

function append(sink: Sink, record: RecordView, batch: OpenBatch): readonly Rejected[] {
  const before = batch.length;
  const reason = sink.encode(record, batch.writer);
  if (reason !== undefined) {
    batch.truncate(before);
    return [{ record, reason }];
  }
  assert.ok(batch.length > before, "encode wrote nothing for a record that it took");
  batch.push(record, 0, before);
  return [];
}
