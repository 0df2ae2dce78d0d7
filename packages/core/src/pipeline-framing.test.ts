import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { parseConfig } from "./config/parse-config.ts";
import type { Outcome } from "./outcome/outcome.ts";
import { createPipeline } from "./pipeline.ts";
import type { ObjectReader } from "./ports/object-reader.ts";
import type { PatternEngine } from "./ports/patterns.ts";
import { scriptedSink } from "./sink/scripted-sink.testing.ts";

const engine: PatternEngine = {
  compile: (pattern) => ({ test: (text) => new RegExp(pattern).test(text), replace: (text) => text }),
};

function readerOf(content: Buffer): ObjectReader {
  const body = async function* (start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < Math.min(end, content.length); at += 7) yield content.subarray(at, Math.min(at + 7, end));
  };
  return { read: async (_, { start, end }) => ({ etag: "e", size: content.length, body: body(start, end) }) };
}

interface Carried {
  readonly outcome: Outcome;
  /** Tags and message of each record. */
  readonly records: readonly unknown[];
}

async function carry(content: string | Buffer, source: object, read: object = {}): Promise<Carried> {
  const sink = scriptedSink();
  const config = parseConfig({ sinks: { out: { type: "out" } }, sources: [source], read });
  const reader = readerOf(Buffer.from(content));
  const ports = { sinks: async () => sink.definition, patterns: async () => engine, reader };
  const outcome = await createPipeline(config, ports).objects([{ store: "s3", bucket: "b", key: "k" }]);
  const documents = sink.sent.flatMap(({ lines }) => lines).map((line) => JSON.parse(line));
  return { outcome, records: documents.map(({ tags = [], message }) => [tags, message]) };
}

test("lines that a pattern says belong together are one record", async () => {
  const { outcome, records } = await carry("1 a\n  b\n\n2 c\n", { framing: { type: "multiline", start: "^\\d" } });
  expect(records).toEqual([
    [[], "1 a\n  b"],
    [[], "2 c"],
  ]);
  expect(outcome.counts).toMatchObject({ in: 2, skipped: 1, delivered: { out: 2 }, units: { ok: 1, failed: 0 } });
});

test("what is too large is truncated and counted, split, or fails its unit, as the source says", async () => {
  const content = "short\nlonger than that\nshort\n";
  const read = { maxFrameBytes: 8 };
  const cut = await carry(content, { oversized: "truncate" }, read);
  expect(cut.records).toEqual([
    [[], "short"],
    [["truncated"], "longer t"],
    [[], "short"],
  ]);
  expect(cut.outcome.counts).toMatchObject({ in: 3, truncated: 1, units: { ok: 1 } });
  const split = await carry(content, {}, read);
  expect(split.records).toEqual([
    [[], "short"],
    [["split"], "longer t"],
    [["split"], "han that"],
    [[], "short"],
  ]);
  expect(split.outcome.counts).toMatchObject({ in: 4, truncated: 0, units: { ok: 1 } });
  const refused = await carry(content, { oversized: "reject" }, read);
  expect(refused.records).toEqual([[[], "short"]]);
  expect(refused.outcome.counts).toMatchObject({ in: 1, units: { ok: 0, failed: 1 } });
  expect(refused.outcome.units[0]?.error).toMatchObject({
    code: "FRAME_TOO_LARGE",
    message: "s3://b/k: a line is larger than 8 bytes, the limit read.maxFrameBytes (at decoded byte 6)",
  });
});

test("a table's header may be in the config; UTF-16 and a framing go together", async () => {
  const text = Buffer.from('\ufeff"a\n1",2\n3,4\n', "utf16le");
  const { outcome, records } = await carry(text, { framing: { type: "csv", header: ["x", "y"] } });
  expect(records).toEqual([
    [[], '"a\n1",2'],
    [[], "3,4"],
  ]);
  expect(outcome.counts).toMatchObject({ in: 2, skipped: 0, unparsed: 0 });
});

test.each<[string, object, string, readonly unknown[]]>([
  ["none", { framing: "none" }, "a\nb\n", []],
  ["whole", { framing: "whole" }, "a\nb\n", ["a\nb\n"]],
  ["lines though it looks like JSON", { framing: "lines" }, '{"a":1}{"b":2}\n', ['{"a":1}{"b":2}']],
  ["an array at a path", { framing: { type: "json-array", path: "a.b" } }, '{"a":{"b":[{"c":1},2]}}', ['{"c":1}', "2"]],
  ["by content", { framing: "auto", format: "json" }, '{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
])("framing %s", async (_, source, content, messages) => {
  const { outcome, records } = await carry(content, source);
  expect(records.map((record) => (record as unknown[])[1])).toEqual(messages);
  expect(outcome.counts.units).toEqual({ ok: 1, failed: 0 });
});
