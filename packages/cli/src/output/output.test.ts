import { Buffer } from "node:buffer";
import { PassThrough } from "node:stream";
import { SluiceError } from "@sluice/core";
import { encodeBatch, testRecord } from "@sluice/core/testing";
import { expect, test } from "vitest";
import { fakeTerminal, outcomeOf } from "../fake-context.testing.ts";
import { documentsTo } from "./documents-sink.ts";
import { Progress } from "./progress.ts";
import { summaryOf } from "./summary.ts";
import { columns, failures, outcomeTable } from "./table.ts";
import { bytes, printable, printableWhole, seconds } from "./text.ts";

test("text from outside can't steer a terminal", () => {
  expect(printable("a\u001b[31m\u009b2J\u0007\u202e\u2028b\n")).toBe("a\\x1b[31m\\x9b2J\\x07\\u202e\\u2028b\\x0a");
  expect(printableWhole(`${"x".repeat(450)}\u001b`)).toBe(`${"x".repeat(450)}\\x1b`);
});

test("sizes and times", () => {
  expect([0, 1023, 1536, 5 * 1024 ** 3, 3 * 1024 ** 5].map(bytes)).toEqual([
    "0 B",
    "1,023 B",
    "1.5 KB",
    "5 GB",
    "3,072 TB",
  ]);
  expect([4, 9_994, 61_000].map(seconds)).toEqual(["0.00 s", "9.99 s", "61 s"]);
});

test("numbers stand right, words left", () => {
  expect(
    columns([
      ["sink", "delivered"],
      ["a", 1_234_567],
      ["search", 5],
    ]),
  ).toEqual(["sink    delivered", "a       1,234,567", "search          5"]);
});

test("the table has every sink, also one that got nothing", () => {
  const outcome = outcomeOf(
    { in: 1500, skipped: 2, delivered: { a: 1500 }, dropped: { b: 3 }, units: { ok: 2, failed: 0 } },
    { bytes: 2048 },
  );
  expect(outcomeTable(outcome, ["a", "b"], 500)).toBe(`units ok  failed     in  skipped  unparsed  added  filtered
2              0  1,500        2         0      0         0

sink  delivered  dead-lettered  failed  dropped
a         1,500              0       0        0
b             0              0       0        3

1,500 records, 2 KB read in 0.50 s (3,000 records/s, 4 KB/s)
`);
});

test("records that were truncated are told", () => {
  const outcome = outcomeOf({ in: 3, truncated: 2 });
  expect(outcomeTable(outcome, [], 500)).toContain("2 records truncated to read.maxFrameBytes\n");
  expect(summaryOf(outcome, { event: false })).toMatchObject({ in: 3, truncated: 2 });
  expect(summaryOf(outcomeOf({ in: 3 }), { event: false })).not.toHaveProperty("truncated");
});

test("units that became dead letters are told, and why", () => {
  const deadLettered = new SluiceError("OBJECT_CORRUPT", "s3://b/k: damaged", {
    cause: new SluiceError("OBJECT_CORRUPT", "damaged"),
  });
  const units = [{ id: "1", ok: true, items: 1, records: 3, deadLettered }];
  const outcome = outcomeOf({ units: { ok: 1, failed: 0, deadLettered: 1 } }, { units });
  expect(outcomeTable(outcome, [], 500)).toContain("units ok  dead-lettered  failed");
  expect(failures(outcome)).toEqual(["1 unit: dead letter: OBJECT_CORRUPT: damaged (s3://b/k)"]);
  expect(summaryOf(outcome, { event: false }).units).toEqual({ ok: 1, failed: 0, deadLettered: 1 });
});

test("objects that were copied are told", () => {
  const outcome = outcomeOf({ copied: { a: 2 }, copiedBytes: { a: 5000 } });
  expect(outcomeTable(outcome, ["a"], 500)).toContain(
    "dropped  objects copied\na             0              0       0        0               2\n",
  );
  expect(summaryOf(outcome, { event: false })).toMatchObject({ copied: { a: 2 }, copiedBytes: { a: 5000 } });
  expect(summaryOf(outcomeOf(), { event: false })).not.toHaveProperty("copied");
});

test("what another invocation goes on with, and what was replaced before one could, are told", () => {
  const outcome = outcomeOf({ continued: { a: 4 }, superseded: 2 });
  const table = outcomeTable(outcome, ["a"], 500);
  expect(table).toContain("dropped  continued\na             0              0       0        0          4\n");
  expect(table).toContain("2 objects superseded: replaced before the rest could be read\n");
  expect(summaryOf(outcome, { event: false })).toMatchObject({ continued: { a: 4 }, superseded: 2 });
  const plain = summaryOf(outcomeOf(), { event: false });
  expect(plain).not.toHaveProperty("continued");
  expect(plain).not.toHaveProperty("superseded");
});

test("reasons are grouped by code and words, with the first place", () => {
  const unit = (id: string, where: string, why: string) => {
    const cause = new SluiceError("OBJECT_MISSING", why);
    const error = new SluiceError("OBJECT_MISSING", `${where}: ${why}`, { cause });
    return { id, ok: false, items: 1, records: 0, error };
  };
  const units = [unit("1", "s3://b/1", "no such object"), unit("2", "s3://b/2", "no such object")];
  const troubles = [
    { sink: "search", reason: { code: "mapper_parsing_exception", message: "failed \u001b", status: 400 }, records: 7 },
  ];
  const more = Array.from({ length: 25 }, (_, i) => unit(`x${i}`, "s3://b/x", `why ${i}`));
  const lines = failures(outcomeOf({}, { units: [...units, ...more], troubles }));
  expect(lines.slice(0, 3)).toEqual([
    "7 records: search: mapper_parsing_exception (400): failed \\x1b",
    "2 units: OBJECT_MISSING: no such object (first: s3://b/1)",
    "1 unit: OBJECT_MISSING: why 0 (s3://b/x)",
  ]);
  expect(lines.at(-1)).toBe("and 7 more reasons");
});

test("the answer to a trigger that hears only of exceptions", () => {
  const error = new SluiceError("OBJECT_MISSING", "s3://b/k: no such object");
  const { response } = summaryOf(outcomeOf({}, { error }), { event: true });
  expect(response).toEqual({ errorType: "OBJECT_MISSING", errorMessage: "s3://b/k: no such object" });
  expect(summaryOf(outcomeOf(), { event: true }).response).toBeNull();
  expect(summaryOf(outcomeOf(), { event: false })).not.toHaveProperty("response");
});

test("the bar shows the share of bytes, is never wider than the terminal, and leaves nothing behind", () => {
  const terminal = fakeTerminal({ columns: () => 61 });
  let now = 0;
  const progress = new Progress(terminal, { bar: true, totalBytes: 1000, now: () => now });
  progress.progress({ in: 10, bytes: 500, items: 1, itemsDone: 0 });
  now = 1000;
  progress.draw();
  expect(terminal.written.err).toBe("\r\u001b[K[########........] 0/1 items, 10 records, 500 B, 10 records/");
  progress.log("warn", "throttled\u0007", { sink: "a" });
  progress.log("info", "not for people");
  progress.draw();
  progress.stop();
  expect(terminal.written.err).toContain("\r\u001b[Kwarning: throttled\\x07 sink=a\n");
  expect(terminal.written.err.endsWith("\r\u001b[K")).toBe(true);
});

test("without a terminal a line is printed now and then", () => {
  const terminal = fakeTerminal();
  const progress = new Progress(terminal, { bar: false, now: () => 0 });
  progress.draw();
  progress.stop();
  expect(terminal.written.err).toBe("0/0 items, 0 records, 0 B, 0 records/s\n");
});

test.each([true, false])("documents are the same JSON on a terminal (%s), escaped for it", async (isTTY) => {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const sink = await documentsTo(stream).create({} as never, {} as never);
  const message = "csi \u009b2J, del \u007f, turned \u202e";
  const call = { signal: new AbortController().signal, attempt: 1, deadline: { remainingMs: () => 1 }, again: false };
  await sink.send(encodeBatch(sink, [testRecord({ message })]), call);
  const written = Buffer.from(stream.read()).toString();
  expect(JSON.parse(written).message).toBe(message);
  expect(written.includes("\u009b")).toBe(!isTTY);
});
