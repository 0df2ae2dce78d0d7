import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { contextOf } from "./context.ts";
import { alb } from "./formats/alb.ts";
import { json } from "./formats/json.ts";
import { raw } from "./formats/raw.ts";
import { objectOrigin } from "./origin.ts";
import { readRecords, settingsOf } from "./read-records.testing.ts";
import { RecordCursor, recordId, writeId } from "./record.ts";

const ORIGIN = objectOrigin({ store: "s3", bucket: "b", key: "k" }, "e", undefined, 5);
const cursor = (settings = settingsOf()): RecordCursor => new RecordCursor(contextOf(ORIGIN, settings, raw));

describe("ids", () => {
  test("written and as text are the same", () => {
    const position = fc.oneof(
      fc.nat(),
      fc.maxSafeInteger().map(Math.abs),
      fc.constantFrom(0, 9, 10, 999_999_999, 1_000_000_000, 2 ** 31, 2 ** 53 - 1),
    );
    fc.assert(
      fc.property(position, position, fc.nat(12), (start, end, part) => {
        const record = Object.assign(cursor(), { idKey: "1key", start, end, part });
        const out = new ByteWriter(1);
        writeId(record, out);
        expect(out.view().toString()).toBe(recordId("1key", start, end, part));
      }),
    );
  });

  test("have the part only where a transform made several", () => {
    expect([recordId("1k", 0, 7, 0), recordId("1k", 0, 7, 1)]).toEqual(["1k-0-7", "1k-0-7.1"]);
  });

  test("of the same bytes are the same whatever the chunks, and all different within an object", () => {
    const line = fc.oneof(
      fc.constantFrom("", "same", "\r", '{"a":1}', "ü"),
      fc.string({ unit: "binary", maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 5 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.join("\n"));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const whole = readRecords([bytes]);
        const pieces = readRecords(places.slice(1).map((end, i) => bytes.subarray(places[i], end)));
        expect(pieces.records.map(({ id, json }) => [id, json])).toEqual(
          whole.records.map(({ id, json }) => [id, json]),
        );
        expect(pieces.counts).toEqual(whole.counts);
        expect(new Set(whole.records.map(({ id }) => id)).size).toBe(whole.records.length);
      }),
    );
  });
});

describe("the cursor", () => {
  test("forgets everything of one record at the next", () => {
    const record = cursor();
    const first = Buffer.from('{"a":1}');
    record.move(first, 0, first.length, 100);
    record.tag("x");
    Object.assign(record, { part: 3, timestamp: 9, timestampFrom: "record", messageText: "other" });
    record.setJson(0, first.length);
    record.move(Buffer.from("next line"), 5, 9, 200);
    expect(record).toMatchObject({
      start: 205,
      end: 209,
      position: 205,
      part: 0,
      timestamp: 5,
      timestampFrom: "arrival",
      ownTags: [],
    });
    expect([record.message(), record.get("a"), record.get("tags")]).toEqual(["line", undefined, []]);
  });

  test("tags are the source's and its own; one record's don't reach another", () => {
    const record = cursor(settingsOf({ tags: ["all"] }));
    record.move(Buffer.from("a"), 0, 1, 0);
    record.tag("one");
    record.tag("two");
    expect(record.get("tags")).toEqual(["all", "one", "two"]);
    record.move(Buffer.from("b"), 0, 1, 0);
    expect(record.get("tags")).toEqual(["all"]);
    expect(record.context.tags).toEqual(["all"]);
  });

  test("gives message, time, offset, event id and constants by name", () => {
    const record = cursor(settingsOf({ constants: { team: "a", "http.version": "mine" } }));
    record.move(Buffer.from("grün\0"), 0, 6, 7);
    record.eventId = Buffer.from("e1");
    record.eventIdTo = 2;
    const names = [
      "message",
      "@timestamp",
      "log.offset",
      "event.id",
      "team",
      "event.dataset",
      "data_stream.type",
      "nothing",
      "http",
    ];
    expect(names.map((name) => record.get(name))).toEqual([
      "grün\0",
      5,
      7,
      "e1",
      "a",
      "generic",
      "logs",
      undefined,
      undefined,
    ]);
  });
});

describe("what all records of an item share", () => {
  test("the source's dataset goes before the format's, its own fields before all others", () => {
    const dataset = (...settings: Parameters<typeof settingsOf>): unknown =>
      contextOf(ORIGIN, settingsOf(...settings), alb).constants.get("event.dataset");
    expect([
      dataset(),
      dataset({ dataset: "mine" }),
      dataset({ dataset: "mine", constants: { "event.dataset": "forced" } }),
    ]).toEqual(["aws.elb_logs", "mine", "forced"]);
    expect(contextOf(ORIGIN, settingsOf(), json).dataset).toBe("generic");
  });

  test("a constant and the document agree with what `get` says", () => {
    const text =
      'https 2018-07-02T22:23:00.186641Z a 1.2.3.4:5 - -1 -1 -1 200 - 0 57 "GET https://x:443/ HTTP/1.1" "curl" - - -';
    const settings = { constants: { "http.version": "mine", "event.kind": "alert" } };
    const { records } = readRecords(text, { settings, get: ["http.version", "event.kind", "http.request.method"] });
    expect(records[0]?.fields).toEqual({ "http.version": "mine", "event.kind": "alert", "http.request.method": "GET" });
    expect(records[0]?.document).toMatchObject({
      http: { version: "mine", request: { method: "GET" } },
      event: { kind: "alert" },
    });
  });
});
