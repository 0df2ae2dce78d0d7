import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contextOf } from "../context.ts";
import { type LogBatch, logBatchOrigin } from "../origin.ts";
import { kept, type ReadRecord, settingsOf } from "../read-records.testing.ts";
import { RecordCursor } from "../record.ts";
import { RecordReader } from "../record-reader.ts";
import { FormatHint } from "./format.ts";
import { lambda } from "./lambda.ts";

const BATCH: LogBatch = {
  owner: "123456789012",
  region: "eu-west-1",
  group: "/aws/lambda/checkout",
  stream: "2026/11/03/[$LATEST]4459c970fa6d4c77aca62c95850fce51",
};
const TIME = Date.UTC(2026, 10, 3, 9, 5, 0, 700);
const KEY = Buffer.alloc(64, "k");
const REQUEST = "8286a188-ba32-4475-8077-530cd35c09a9";

interface Options {
  /** As the kernel gives them: still escaped. */
  readonly inJson?: boolean;
  readonly batch?: LogBatch;
  readonly fields?: boolean;
}

function read(
  messages: readonly string[],
  { inJson = false, batch = BATCH, fields = true }: Options = {},
): ReadRecord[] {
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const origin = logBatchOrigin(batch, "1", "2", messages.length, TIME);
  const settings = settingsOf({ format: lambda, fields });
  const reader = new RecordReader(origin, settings, undefined, counts, (record) => records.push(kept(record)));
  for (const [position, said] of messages.entries()) {
    const text = inJson ? JSON.stringify(said).slice(1, -1) : said;
    const bytes = Buffer.from(`""${text}""`);
    const event = { eventId: Buffer.from("e"), idFrom: 0, idTo: 1, key: KEY, keyFrom: 0, position, timestamp: TIME };
    const size = Buffer.byteLength(said);
    const escapes = inJson && text.includes("\\");
    reader.readEvent(event, { bytes, from: 2, to: bytes.length - 2, size, escaped: inJson, inJson: escapes });
  }
  expect(counts).toEqual({ in: messages.filter((text) => text !== "").length, skipped: counts.skipped, unparsed: 0 });
  return records;
}

const PIECES = [
  ...["REPORT", "START", "END", "EXTENSION", "XRAY", "INIT_START", "[ERROR]", "[INFO]", "ERROR", "I, [", "{", "}"],
  ...["\t", "\n", " ", ": ", "RequestId: ", "Duration: ", "12.5 ms", "1e400 ms", "Version: ", "Status: ", "Events: ["],
  ...[REQUEST, "2026-11-03T09:05:00.123Z", "2026-11-03 09:05:00", "ValueError", "Task timed out after ", "]", ", "],
  ...["Invoke Error \t", '{"errorType":"E","stack":["a",1]}', '"', "\\", "\\t", "\0", "ü", "😀", "\u2028"],
  ...['{"time":"2026-11-03T09:05:00Z","type":"platform.report","record":{"status":"x"}}', '"record":', "null"],
];
const message = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 12 })
  .map((all) => all.join(""));

describe("any message", () => {
  test("gives one document, with the message in it, the same whether it stood in JSON or not", () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (messages) => {
        const plain = read(messages);
        expect(read(messages, { inJson: true })).toEqual(plain);
        const said = messages.filter((text) => text !== "").map((text) => text.toWellFormed());
        for (const [i, { document }] of plain.entries())
          if (!("json" in document)) expect(document.message).toBe(said[i]);
      }),
      { numRuns: 2000 },
    );
  });

  test("has the same time when fields aren't asked for", () => {
    fc.assert(
      fc.property(message, (text) => {
        const times = [true, false].map((fields) =>
          read([text], { fields }).map((each) => each.document["@timestamp"]),
        );
        expect(times[1]).toEqual(times[0]);
      }),
      {
        examples: [
          ["[INFO]2026-11-03T09:05:00.123Z"],
          ["[]\t2026-11-03T09:05:00.123Z"],
          ["i, [2026-11-03T09:05:00.123Z"],
        ],
      },
    );
  });

  test("is read in linear time", () => {
    for (const unit of ["\t", "REPORT ", "Key: value\t", "[", "{", '{"a":', "[ERROR] a: ", "\\", `${REQUEST} `]) {
      const record = new RecordCursor(contextOf(logBatchOrigin(BATCH, "1", "2", 1, TIME), settingsOf(), lambda));
      const bytes = Buffer.from(unit.repeat(300_000));
      for (const inJson of [false, unit !== "{" && unit !== '{"a":']) {
        record.move(bytes, 0, bytes.length, 0);
        record.inJson = inJson;
        expect(lambda.parser({ fields: true })(record)).toBe("record");
      }
    }
  });
});

describe("the function", () => {
  const faas = (batch: Partial<LogBatch>): unknown =>
    read(["text"], { batch: { ...BATCH, ...batch } })[0]?.document.faas;
  const made = "arn:aws:lambda:eu-west-1:123456789012:function:checkout";

  test.each<[string, Partial<LogBatch>, unknown]>([
    ["of its log group", {}, { name: "checkout", id: made, version: "$LATEST" }],
    [
      "made in another region",
      { group: "/aws/lambda/us-east-1.redirects" },
      { name: "redirects", id: "arn:aws:lambda:us-east-1:123456789012:function:redirects", version: "$LATEST" },
    ],
    [
      "of a log stream",
      { group: "/shop", stream: "2026/11/03/checkout[12]4459c970fa6d4c77aca62c95850fce51" },
      { name: "checkout", id: made, version: "12" },
    ],
    [
      "in China",
      { region: "cn-north-1" },
      { name: "checkout", id: made.replace("aws:", "aws-cn:").replace("eu-west-1", "cn-north-1"), version: "$LATEST" },
    ],
    ["of an unknown region", { region: undefined }, { name: "checkout", version: "$LATEST" }],
    ["of no known name", { group: "/aws/lambda/a.b", stream: "made by hand" }, undefined],
  ])("%s", (_, batch, expected) => {
    expect(faas(batch)).toEqual(expected);
  });

  test("the region stays that of the record", () => {
    const [record] = read(["text"], { batch: { ...BATCH, group: "/aws/lambda/us-east-1.redirects" } });
    expect(record?.document.cloud).toMatchObject({ region: "eu-west-1", account: { id: "123456789012" } });
  });
});

test.each([
  ["START RequestId: 8286a188-ba32-4475-8077-530cd35c09a9 Version: 7", true],
  ['{"time":"2026-11-03T09:05:00.123Z","type":"platform.start","record":{"requestId":"a"}}', true],
  ["START of something else", false],
  ['{"type":"platform.start"}', false],
  ["2026-11-03T09:05:00.123Z\t8286a188-ba32-4475-8077-530cd35c09a9\tINFO\ttext", false],
])("by content alone: %s", (text, known) => {
  expect(lambda.detect(new FormatHint({ head: Buffer.from(text) }))).toBe(known);
});

test.each([
  ["/aws/lambda/checkout:any", true],
  ["/aws/lambda/us-east-1.redirects:2026/11/03/[7]4459c970fa6d4c77aca62c95850fce51", true],
  ["/shop:2026/11/03/checkout[$LATEST]4459c970fa6d4c77aca62c95850fce51", true],
  ["/shop:2026/11/03/checkout", false],
  ["/aws/lambdas:2026", false],
])("by the log group's and stream's names: %s", (name, known) => {
  expect(lambda.logs?.test(name)).toBe(known);
});
