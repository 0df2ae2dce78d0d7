import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { encodeDocument } from "./document.ts";
import { type ConstantValue, DocumentTemplate } from "./document-template.ts";
import { Layout, LayoutValues, type LeafType } from "./layout.ts";
import type { Origin } from "./origin.ts";
import { member, parseUnique } from "./read-records.testing.ts";
import { RecordCursor } from "./record.ts";

interface Parts {
  readonly message?: string;
  readonly constants?: Readonly<Record<string, ConstantValue>>;
  /** Fields of a layout, and what the record has of them. */
  readonly layout?: Readonly<Record<string, LeafType>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly offset?: boolean;
  readonly eventId?: string;
}

const ORIGIN: Origin = { service: "s3", id: "1key", constants: new Map(), fallbackTime: 0, fallbackFrom: "object" };

/** A record whose bytes are its message and, behind it, the values of its fields. */
function cursorOf(parts: Parts): RecordCursor {
  const { message = "hello", tags = [], offset = false, eventId } = parts;
  const constants = new Map(Object.entries(parts.constants ?? {}));
  const layout = parts.layout === undefined ? undefined : new Layout(parts.layout);
  const template = new DocumentTemplate({ constants, layout, offset, eventId: eventId !== undefined });
  const cursor = new RecordCursor({ origin: ORIGIN, dataset: "d", namespace: "n", tags, constants, template });
  const bytes = Buffer.from(message + Object.values(parts.values ?? {}).join(""));
  cursor.move(bytes, 0, Buffer.byteLength(message), 1000);
  cursor.timestamp = Date.UTC(2026, 4, 1);
  cursor.timestampFrom = "record";
  if (eventId !== undefined) cursor.eventId = Buffer.from(JSON.stringify(eventId).slice(1, -1));
  cursor.eventIdTo = cursor.eventId?.length ?? 0;
  if (layout !== undefined) cursor.values = valuesOf(layout, parts.values ?? {}, cursor.to);
  return cursor;
}

function valuesOf(layout: Layout, values: Readonly<Record<string, string>>, from: number): LayoutValues {
  const spans = new LayoutValues(layout);
  spans.clear();
  let at = from;
  for (const [path, text] of Object.entries(values)) {
    spans.span(layout.slot(path), at, at + Buffer.byteLength(text));
    at += Buffer.byteLength(text);
  }
  return spans;
}

function encoded(cursor: RecordCursor, options?: { readonly id?: boolean }): string {
  const out = new ByteWriter(1);
  encodeDocument(cursor, out, options);
  return out.view().toString("utf8");
}

/** The parsed document without what every record has. */
function documentOf(parts: Parts): Record<string, unknown> {
  const { "@timestamp": time, message, ...rest } = parseUnique(encoded(cursorOf(parts))) as Record<string, unknown>;
  expect([time, message]).toEqual(["2026-05-01T00:00:00.000Z", parts.message ?? "hello"]);
  return rest;
}

describe("constants", () => {
  test("nest by their dots; members of one group stand together", () => {
    expect(
      documentOf({
        constants: { "cloud.region": "eu", "aws.s3.bucket.name": "b", "cloud.account.id": "1", plain: "p" },
      }),
    ).toEqual({
      cloud: { region: "eu", account: { id: "1" } },
      aws: { s3: { bucket: { name: "b" } } },
      plain: "p",
    });
  });

  test.each<[string, Record<string, ConstantValue>, object]>([
    ["a leaf before its group", { http: "x", "http.method": "GET" }, { http: { value: "x", method: "GET" } }],
    ["a leaf behind its group", { "http.method": "GET", http: "x" }, { http: { value: "x", method: "GET" } }],
    [
      "with value taken",
      { http: "x", "http.value": "y", "http._value": "z" },
      { http: { value: "y", _value: "z", __value: "x" } },
    ],
    ["at every level", { a: "1", "a.b": "2", "a.b.c": "3" }, { a: { value: "1", b: { value: "2", c: "3" } } }],
    ["a list", { "event.category": ["web", 'a"b'] }, { event: { category: ["web", 'a"b'] } }],
    [
      "names that the document has",
      { message: "m", "tags.x": "t", "json.a": "j", sluice: "s", "@timestamp": "t" },
      { labels: { message: "m", tags: { x: "t" }, json: { a: "j" }, sluice: "s", "@timestamp": "t" } },
    ],
    [
      "names of Object's own",
      { "__proto__.x": "p", constructor: "c", "toString.y": "t" },
      JSON.parse('{"__proto__":{"x":"p"},"constructor":"c","toString":{"y":"t"}}'),
    ],
    ["odd names", { "": "a", "b..c": "d", 'q"\\': "e" }, { "": "a", b: { "": { c: "d" } }, 'q"\\': "e" }],
  ])("%s", (_, constants, expected) => {
    expect(documentOf({ constants })).toEqual(expected);
  });
});

describe("values of a layout", () => {
  const layout = {
    "http.request.method": "keyword",
    "http.response.status_code": "long",
    "http.version": "keyword",
    "event.category": "keywords",
    "took.sec": "double",
  } as const;

  test("are text, numbers and lists, escaped where need be", () => {
    const values = {
      "http.request.method": 'G"E\\T',
      "http.response.status_code": "200",
      "event.category": 'a,b"c,,ü',
      "took.sec": "0.25",
    };
    expect(documentOf({ layout, values })).toEqual({
      http: { request: { method: 'G"E\\T' }, response: { status_code: 200 } },
      event: { category: ["a", 'b"c', "", "ü"] },
      took: { sec: 0.25 },
    });
  });

  test("that a record lacks leave nothing behind, not even empty objects", () => {
    expect(encoded(cursorOf({ layout, values: {} }))).toBe(
      '{"@timestamp":"2026-05-01T00:00:00.000Z","message":"hello"}',
    );
    expect(documentOf({ layout, values: { "http.version": "2" } })).toEqual({ http: { version: "2" } });
    expect(documentOf({ layout, values: {}, constants: { "http.x": "y" } })).toEqual({ http: { x: "y" } });
  });

  test("the empty text is a value", () => {
    expect(documentOf({ layout, values: { "http.version": "" } })).toEqual({ http: { version: "" } });
  });

  test("a constant at the place of a value or a group: nothing is there twice, nothing of the constant is lost", () => {
    const values = { "http.request.method": "GET", "http.version": "2" };
    expect(documentOf({ layout, values, constants: { http: "x" } })).toEqual({
      http: { value: "x", request: { method: "GET" }, version: "2" },
    });
    expect(documentOf({ layout, values: {}, constants: { http: "x" } })).toEqual({ http: { value: "x" } });
    expect(documentOf({ layout, values, constants: { "http.version": "always" } })).toEqual({
      http: { request: { method: "GET" }, version: "always" },
    });
    expect(documentOf({ layout, values, constants: { "http.version.major": "2" } })).toEqual({
      http: { request: { method: "GET" }, version: { value: "2", major: "2" } },
    });
  });
});

describe("the rest", () => {
  test("offset, event id and tags", () => {
    expect(documentOf({ offset: true, constants: { "log.file.path": "p" } })).toEqual({
      log: { file: { path: "p" }, offset: 1000 },
    });
    expect(documentOf({ eventId: 'e"1', constants: { "event.dataset": "d" } })).toEqual({
      event: { dataset: "d", id: 'e"1' },
    });
    expect(documentOf({ tags: ["a", 'b"'] })).toEqual({ tags: ["a", 'b"'] });
    const tagged = cursorOf({ tags: ["a"] });
    tagged.tag("unparsed");
    expect(JSON.parse(encoded(tagged)).tags).toEqual(["a", "unparsed"]);
  });

  test("the id when it is asked for, and where the time is from when not from the record", () => {
    const cursor = cursorOf({});
    const sluice = (options?: { readonly id?: boolean }): unknown =>
      (parseUnique(encoded(cursor, options)) as { sluice?: unknown }).sluice;
    expect([sluice(), sluice({ id: true })]).toEqual([undefined, { id: "1key-1000-1005" }]);
    cursor.timestampFrom = "object";
    expect([sluice(), sluice({ id: true })]).toEqual([
      { timestamp_from: "object" },
      { id: "1key-1000-1005", timestamp_from: "object" },
    ]);
  });

  test("a JSON record's own bytes are kept under json as they are, numbers beyond 2^53 too", () => {
    const text = '{"n":12345678901234567890.10,"a":[1,{}]}';
    const cursor = cursorOf({ message: text, constants: { "json.x": "y" } });
    cursor.setJson(0, text.length);
    cursor.messageText = 'said "it"\n';
    expect(encoded(cursor)).toContain(`,"json":${text}`);
    expect(parseUnique(encoded(cursor))).toMatchObject({ message: 'said "it"\n', labels: { json: { x: "y" } } });
  });
});

test("any constants and any values: valid, each member once, and nothing is lost", () => {
  const name = fc.oneof(
    fc.constantFrom("a", "b", "value", "_value", "message", "json", "log", "event"),
    fc.string({ maxLength: 3 }),
  );
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("."));
  const text = fc.string({ unit: "binary" });
  const property = fc.property(
    fc.dictionary(path, text, { maxKeys: 8 }),
    fc.dictionary(
      path,
      fc.option(
        text.filter((value) => !value.includes(",")),
        { nil: undefined },
      ),
      { maxKeys: 8 },
    ),
    fc.constantFrom<LeafType>("keyword", "keywords"),
    text,
    (constants, fields, type, message) => {
      const taken = /^(?:@timestamp|message|json|tags|sluice)(?:\.|$)/;
      const layout = Object.fromEntries(
        Object.keys(fields)
          .filter((each) => !taken.test(each))
          .map((each) => [each, type]),
      );
      const values = Object.fromEntries(
        Object.entries(fields).filter(([each, value]) => each in layout && value !== undefined),
      ) as Record<string, string>;
      const document = documentOf({ constants, layout, values, message, offset: true, eventId: "e" });
      const all = JSON.stringify(document);
      for (const [each, value] of Object.entries(constants)) {
        if (each === "log.offset" || each === "event.id") continue;
        expect(all).toContain(JSON.stringify(value.toWellFormed()));
        if (typeof member(document, each) === "string" && !taken.test(each)) expect(member(document, each)).toBe(value);
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});
