import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { GZIP_PIECE_BYTES } from "../gzip/member.ts";
import type { Sink } from "../ports/sink.ts";
import { DELIVERED } from "../ports/sink.ts";
import { encodeBatch, type TestBatch } from "../testing/encode-batch.ts";
import { testRecord } from "../testing/test-record.ts";

/** Lines of some 10 KB, of which a few hundred make several pieces. */
const LINES = Array.from({ length: 300 }, (_, i) => `${i} ${`line ${i * i} `.repeat(800)}`);

function batchOf(gzip: number | undefined): TestBatch {
  const sink: Sink = {
    dedupes: "never",
    ...(gzip === undefined ? {} : { gzip }),
    encode: (record, out) => {
      out.utf8(`${record.get("message")}\n`);
      return undefined;
    },
    send: async () => DELIVERED,
  };
  return encodeBatch(
    sink,
    LINES.map((message, i) => testRecord({ message, start: i })),
  );
}

test.each([1, 6])("a batch compressed while it was filled is the plain one, gzipped (level %i)", (level) => {
  const plain = batchOf(undefined);
  const packed = batchOf(level);
  expect(plain.bytes.length).toBeGreaterThan(3 * GZIP_PIECE_BYTES);
  expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
  expect(packed.count).toBe(LINES.length);
  for (const i of [0, 1, 150, 299, 300]) expect(packed.offset(i)).toBe(plain.offset(i));
  for (const i of [0, 150, 299]) expect(Buffer.from(packed.record(i)).toString()).toBe(`${LINES[i]}\n`);
});

test.each([1, 6])("parts of it are gzip files of their own, the same however they were cut (level %i)", (level) => {
  const plain = batchOf(undefined);
  const packed = batchOf(level);
  const part = packed.slice(10, 200);
  expect(gunzipSync(part.bytes).equals(plain.slice(10, 200).bytes)).toBe(true);
  expect(part.offset(1)).toBe(plain.slice(10, 200).offset(1));
  const again = packed.slice(5, 250).slice(5, 195);
  expect(Buffer.from(again.bytes).equals(part.bytes)).toBe(true);
  expect(packed.slice(0, LINES.length).bytes).toEqual(packed.bytes);
});
