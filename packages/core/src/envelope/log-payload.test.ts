import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logBatchOrigin } from "../record/origin.ts";
import { readLogs } from "../record/read-logs.ts";
import { kept, type ReadRecord } from "../record/read-records.testing.ts";
import { RecordReader } from "../record/record-reader.ts";
import { compileSources } from "../record/source.ts";
import type { Item, LogEvent } from "./item.ts";
import { SOURCE_SHA256 } from "./log-kernel-wasm.ts";
import { isLogPayload, logBytes, logPayload } from "./log-payload.ts";

const CONTEXT = { region: "eu-west-1", account: undefined, arrival: 0, maxInlineBytes: 1e6 };
const HEAD = {
  messageType: "DATA_MESSAGE",
  owner: "123456789012",
  logGroup: "/aws/lambda/orders",
  logStream: "2026/11/03/[$LATEST]0123456789abcdef",
  subscriptionFilters: ["all"],
};

type Logs = Extract<Item, { kind: "logs" }>;

function itemOf(found: ReturnType<typeof logBytes>): Logs {
  return found?.items[0] as Logs;
}

function read(item: Logs, format: string): { records: ReadRecord[]; counts: object } {
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const { batch, events } = item;
  const origin = logBatchOrigin(batch, events.firstId, events.lastId, events.count, 0);
  const source = { match: {}, format, parse: "ecs", tags: [], fields: {} } as const;
  const settings = compileSources([source])(item);
  const reader = new RecordReader(origin, settings, undefined, counts, (record) =>
    records.push(kept(record, ["message"])),
  );
  readLogs(reader, batch, events);
  return { records, counts };
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "",
    "\n",
    "plain\n",
    "crlf\r\n",
    "two\n\n",
    'say "hi"',
    "back\\slash\\",
    "\\n",
    '{"level":"info","time":1790000000}\n',
    "\u2028",
    "😀",
  ),
);
const events = fc.array(
  fc.record<LogEvent>({
    id: fc.stringMatching(/^[0-9]{1,60}$/),
    timestamp: fc.integer({ min: 0, max: 4e12 }),
    message: text,
  }),
  { minLength: 1, maxLength: 20 },
);

describe("events read where they lie", () => {
  test("give the same records as parsed ones, whatever the messages", () => {
    fc.assert(
      fc.property(events, fc.constantFrom("raw", "json"), (logEvents, format) => {
        const payload = { ...HEAD, logEvents };
        const inPlace = itemOf(logBytes(Buffer.from(JSON.stringify(payload)), CONTEXT, []));
        expect(inPlace.events.form).toBe("in place");
        const parsed = itemOf(logPayload(payload, CONTEXT, []));
        expect(read(inPlace, format)).toEqual(read(parsed, format));
      }),
      { numRuns: 500 },
    );
  });

  test("anything that CloudWatch Logs doesn't write is parsed instead, or refused", () => {
    const event = '{"id":"1","timestamp":1790000000000,"message":"a"}';
    const head = JSON.stringify(HEAD).slice(0, -1);
    const form = (tail: string): string | undefined => {
      const bytes = Buffer.from(`${head},"logEvents":[${tail}`);
      return (logBytes(bytes, CONTEXT, [])?.items[0] as Logs | undefined)?.events.form;
    };
    expect(form(`${event}]}`)).toBe("in place");
    for (const tail of [
      "]}",
      `${event}]} `,
      `${event}, ${event}]}`,
      `${event}],"more":1}`,
      '{"id":"1","timestamp":1,"message":"a","extractedFields":{}}]}',
      '{"timestamp":1,"id":"1","message":"a"}]}',
      '{"id":"1","timestamp":1e3,"message":"a"}]}',
      '{"id":"1","timestamp":1,"message":"lone \\ud800"}]}',
      '{"id":"\\u0031","timestamp":1,"message":"a"}]}',
    ]) {
      expect(form(tail)).toBe("parsed");
    }
    for (const tail of [
      `${event}]`,
      `${event}}`,
      event,
      `${event}]}x`,
      '{"id":"1","timestamp":1,"message":"raw\nline end"}]}',
      '{"id":"1","timestamp":1,"message":"\\q"}]}',
      '{"id":"1","timestamp":01,"message":"a"}]}',
    ]) {
      expect(form(tail)).toBeUndefined();
    }
  });

  test("bytes that are not UTF-8 are left to the parser", () => {
    const bytes = Buffer.from(JSON.stringify({ ...HEAD, logEvents: [{ id: "1", timestamp: 1, message: "AAAA" }] }));
    bytes.fill(0xff, bytes.indexOf("AAAA"), bytes.indexOf("AAAA") + 1);
    expect(itemOf(logBytes(bytes, CONTEXT, [])).events.form).toBe("parsed");
  });

  test("cut off anywhere, a payload is no payload", () => {
    const whole = Buffer.from(JSON.stringify({ ...HEAD, logEvents: [{ id: "1", timestamp: 1, message: "a\\n" }] }));
    for (let size = 0; size < whole.length; size++)
      expect(logBytes(whole.subarray(0, size), CONTEXT, [])).toBeUndefined();
  });
});

test("the committed module was compiled from the committed source", () => {
  const source = readFileSync(path.join(import.meta.dirname, "log-kernel.c"));
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

test("a value is a payload by its type and events", () => {
  expect(isLogPayload({ messageType: "CONTROL_MESSAGE", logEvents: [] })).toBe(true);
  expect(isLogPayload({ messageType: "DATA_MESSAGE" })).toBe(false);
});
