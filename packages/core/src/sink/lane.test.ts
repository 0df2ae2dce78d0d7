import { expect, test } from "vitest";
import type { Ports } from "../api.ts";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { ObjectReader } from "../ports/object-reader.ts";
import { DELIVERED } from "../ports/sink.ts";
import { REASON, type ScriptedSink, scriptedSink } from "./scripted-sink.testing.ts";

const REF = { store: "s3", bucket: "b", key: "k", etag: "e" } as const;

function readerOf(text: string, failAt = Number.POSITIVE_INFINITY, step = 7): ObjectReader {
  const bytes = Buffer.from(text);
  return {
    read: async (_ref, { start, end }) => ({
      etag: "e",
      size: bytes.length,
      lastModified: 1,
      body: (async function* () {
        for (let at = start; at < Math.min(end, bytes.length); at += step) {
          if (at >= failAt) throw new SluiceError("OBJECT_CHANGED", "changed meanwhile");
          yield bytes.subarray(at, Math.min(at + step, end));
        }
      })(),
    }),
  };
}

function pipelineOf(sink: ScriptedSink, limits: object, ports: Partial<Ports>) {
  const config = parseConfig(
    { sinks: { sink: { type: "sink", limits, retry: { minDelayMs: 1 } } }, sources: [{ format: "raw" }] },
    "test",
  );
  return createPipeline(config, { sinks: async () => sink.definition, ...ports });
}

/** Twenty lines of ten bytes. */
const TEXT = Array.from({ length: 20 }, (_, i) => `line ${String(i).padStart(4, "0")}\n`).join("");

test("a batch never grows beyond its bytes or its records, and loses nothing at the cut", async () => {
  const probe = scriptedSink();
  await pipelineOf(probe, {}, { reader: readerOf(TEXT) }).objects([REF]);
  const size = Math.max(...probe.sent.flatMap(({ lines }) => lines.map((line) => line.length)));
  for (const [limits, most] of [
    [{ maxBatchBytes: size * 3 + 5 }, 3],
    [{ maxBatchRecords: 7 }, 7],
    [{ maxBatchBytes: size + 5 }, 1],
  ] as const) {
    const sink = scriptedSink();
    await pipelineOf(sink, limits, { reader: readerOf(TEXT) }).objects([REF]);
    expect(Math.max(...sink.sent.map(({ ids }) => ids.length))).toBe(most);
    expect(sink.sent.flatMap(({ lines }) => lines)).toEqual(probe.sent.flatMap(({ lines }) => lines));
    if ("maxBatchBytes" in limits)
      for (const { bytes } of sink.sent) expect(bytes).toBeLessThanOrEqual(limits.maxBatchBytes);
  }
});

test("a record larger than the limit is refused before it is in any batch; its neighbours go", async () => {
  const sink = scriptedSink();
  const text = `short\n${"x".repeat(2000)}\nalso short\n`;
  const { counts, troubles } = await pipelineOf(sink, { maxRecordBytes: 1000 }, { reader: readerOf(text) }).objects([
    REF,
  ]);
  expect(counts).toMatchObject({ in: 3, delivered: { sink: 2 }, failed: { sink: 1 } });
  expect(troubles[0]?.reason.message).toContain("RECORD_TOO_LARGE");
  expect(sink.sent.flatMap(({ lines }) => lines.map((line) => JSON.parse(line).message))).toEqual([
    "short",
    "also short",
  ]);
});

test("an encoder that refuses or throws costs its record alone", async () => {
  const sink = scriptedSink(undefined, {
    encode: (record, out) => {
      const message = String(record.get("message"));
      out.ascii(message);
      if (message.endsWith("0003")) return REASON;
      if (message.endsWith("0005")) throw new Error("a bug");
      return undefined;
    },
  });
  const { counts } = await pipelineOf(sink, {}, { reader: readerOf(TEXT) }).objects([REF]);
  expect(counts).toMatchObject({ delivered: { sink: 18 }, failed: { sink: 2 } });
  expect(sink.sent[0]?.lines.join("")).not.toMatch(/000[35]/);
});

test("no more batches are under way than allowed, and reading waits", async () => {
  let underWay = 0;
  let most = 0;
  const sink = scriptedSink(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return { kind: "delivered" };
  });
  await pipelineOf(sink, { maxBatchRecords: 1, maxInFlight: 3 }, { reader: readerOf(TEXT) }).objects([REF]);
  expect(most).toBe(3);
  expect(sink.sent).toHaveLength(20);
});

/** Two MiB of lines, read in pieces that never make anybody wait. */
const WIDE = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${"x".repeat(90)}\n`).join("");

function promptReader(pieces: { given: number }): ObjectReader {
  const bytes = Buffer.from(WIDE);
  return {
    read: async () => ({
      etag: "e",
      size: bytes.length,
      lastModified: 1,
      body: (async function* () {
        for (let at = 0; at < bytes.length; at += 16_384) {
          pieces.given += 1;
          yield bytes.subarray(at, at + 16_384);
        }
      })(),
    }),
  };
}

test("the first batch that a sink is ever sent is a small one", async () => {
  const sink = scriptedSink();
  const pipeline = pipelineOf(sink, { maxBatchBytes: 1024 * 1024 }, { reader: promptReader({ given: 0 }) });
  await pipeline.objects([REF]);
  const cold = sink.sent.map(({ bytes }) => Math.ceil(bytes / 262_144));
  expect(cold.slice(0, 3)).toEqual([1, 4, 4]);
  await pipeline.objects([REF]);
  expect(Math.ceil((sink.sent[cold.length]?.bytes ?? 0) / 262_144)).toBe(4);
  expect(sink.delivered).toHaveLength(40_000);
});

test("a cell is no smaller for being the first", async () => {
  const sink = scriptedSink();
  await pipelineOf(sink, { cellBytes: 512 * 1024 }, { reader: promptReader({ given: 0 }) }).objects([REF]);
  expect(sink.sent.map(({ cell }) => cell?.split("-").at(-1))).toEqual(["0", "1", "2", "3"]);
  expect(sink.sent[0]?.bytes).toBeGreaterThan(512 * 1024);
});

test("a connection is made while reading goes on", async () => {
  const pieces = { given: 0 };
  const connected: number[] = [];
  const sink = scriptedSink(async () => {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    connected.push(pieces.given);
    return { kind: "delivered" };
  });
  await pipelineOf(sink, { maxBatchBytes: 1024 * 1024 }, { reader: promptReader(pieces) }).objects([REF]);
  expect(connected[0]).toBeLessThan(32);
  expect(pieces.given).toBeGreaterThan(100);
});

test("batches hold one partition each", async () => {
  const sink = scriptedSink(undefined, { partition: (record) => (record.start % 20 === 0 ? "even" : "odd") });
  await pipelineOf(sink, {}, { reader: readerOf(TEXT) }).objects([REF]);
  expect(sink.sent.map(({ partition, ids }) => [partition, ids.length])).toEqual([
    ["even", 10],
    ["odd", 10],
  ]);
});

test("cells are cut at the same places on every attempt, whatever the other limits", async () => {
  const whole = scriptedSink();
  await pipelineOf(whole, { cellBytes: 64 }, { reader: readerOf(TEXT) }).objects([REF]);
  const names = whole.sent.map(({ cell }) => cell?.split("-").at(-1));
  expect(names).toEqual(["0", "1", "2"]);
  // Lines begin every ten bytes: a line belongs to the cell in which it begins.
  expect(whole.sent.map(({ ids }) => ids.length)).toEqual([7, 6, 7]);
});

test("a part of a cell never takes the whole cell's name", async () => {
  const whole = scriptedSink();
  await pipelineOf(whole, { cellBytes: 64 }, { reader: readerOf(TEXT) }).objects([REF]);
  const parts = scriptedSink();
  await pipelineOf(parts, { cellBytes: 64, maxBatchRecords: 2 }, { reader: readerOf(TEXT) }).objects([REF]);
  const wholeNames = new Set(whole.sent.map(({ cell }) => cell));
  for (const { cell } of parts.sent) expect(wholeNames.has(cell)).toBe(false);
  expect(new Set(parts.sent.map(({ cell }) => cell)).size).toBe(parts.sent.length);
  expect(parts.sent.flatMap(({ ids }) => ids)).toEqual(whole.sent.flatMap(({ ids }) => ids));
});

test("cells of an object that failed on the way are not sent: they would look complete", async () => {
  const sink = scriptedSink();
  const { counts } = await pipelineOf(sink, { cellBytes: 64 }, { reader: readerOf(TEXT, 100) }).objects([REF]);
  expect(sink.sent.map(({ cell }) => cell?.split("-").at(-1))).toEqual(["0"]);
  expect(counts.delivered.sink).toBe(7);
  expect(counts.failed.sink).toBe((counts.in as number) - 7);
  expect(counts.units.failed).toBe(1);
});

test("splitting a cell gives its halves names of their own", async () => {
  const sink = scriptedSink((batch) => (batch.count > 4 ? { kind: "split", reason: REASON } : { kind: "delivered" }));
  await pipelineOf(sink, { cellBytes: 1024 }, { reader: readerOf(TEXT) }).objects([REF]);
  const names = sink.sent.map(({ cell }) => cell);
  expect(new Set(names).size).toBe(names.length);
  expect(sink.delivered).toHaveLength(20);
});

/** Of several of the pieces that a batch is compressed in. */
const LONG = Array.from({ length: 90 }, (_, i) => `${i} ${`long line ${i * i} `.repeat(1500)}\n`).join("");

function answerOnce(): Parameters<typeof scriptedSink>[0] {
  return (batch, _call, number) => {
    if (number > 1) return { kind: "delivered" };
    const outcomes = Array.from({ length: batch.count }, (_, i) => {
      if (i % 7 === 3) return { kind: "reject", reason: REASON } as const;
      return i % 5 === 2 ? ({ kind: "retry", reason: REASON } as const) : ({ kind: "delivered" } as const);
    });
    return { kind: "each", outcomes };
  };
}

test.each([
  ["delivered", undefined, {}],
  ["cut by limits", undefined, { maxBatchBytes: 700_000, maxBatchRecords: 31 }],
  ["in cells", undefined, { cellBytes: 600_000 }],
  [
    "split",
    (batch: { readonly count: number }) => (batch.count > 8 ? { kind: "split", reason: REASON } : DELIVERED),
    {},
  ],
  ["each", answerOnce(), {}],
] as const)("what is compressed while it is filled comes to the same: %s", async (_, script, limits) => {
  const results = [];
  for (const gzip of [undefined, 1, 6]) {
    const letters: string[] = [];
    const deadLetters = {
      put: async (_key: string, all: readonly DeadLetter[]) => {
        letters.push(...all.map(({ id, document }) => `${id} ${Buffer.from(document).toString()}`));
      },
    };
    const sink = scriptedSink(script as never, gzip === undefined ? {} : { gzip });
    const ports = { reader: readerOf(LONG, undefined, 100_003), deadLetters };
    const { counts } = await pipelineOf(sink, { maxBatchBytes: 64_000_000, ...limits }, ports).objects([REF]);
    expect((counts.delivered.sink ?? 0) + (counts.deadLettered.sink ?? 0)).toBe(90);
    // What is sent again may go before the next batch or after it.
    const sent = sink.sent.toSorted((a, b) => (`${a.ids[0]}` < `${b.ids[0]}` ? -1 : 1));
    results.push({ counts, letters: letters.sort(), sent, delivered: sink.delivered.toSorted() });
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});
