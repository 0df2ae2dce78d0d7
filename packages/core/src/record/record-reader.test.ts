import { describe, expect, test } from "vitest";
import type { Format } from "./formats/format.ts";
import { formatNamed } from "./formats/index.ts";
import { logBatchOrigin, objectOrigin } from "./origin.ts";
import { ARRIVAL, kept, type ReadRecord, readRecords, settingsOf } from "./read-records.testing.ts";
import { type EventMessage, RecordReader } from "./record-reader.ts";
import type { SourceSettings } from "./source.ts";

const ISO = new Date(ARRIVAL).toISOString();

describe("bytes that are not UTF-8", () => {
  const lines = [Buffer.from("grün before"), Buffer.from("gr\xfcn \\x41", "latin1"), Buffer.from("after 😀")];
  const content = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));

  test("make their own line readable and tagged; neighbours stay as they are", () => {
    const { records, counts } = readRecords([content]);
    expect(records.map(({ document, tags }) => [document.message, tags])).toEqual([
      ["grün before", []],
      ["gr\\xfcn \\x5cx41", ["invalid_utf8"]],
      ["after 😀", []],
    ]);
    expect(counts).toEqual({ in: 3, skipped: 0, unparsed: 0 });
  });

  test("leave the span, and so the id, that of the original", () => {
    const good = readRecords([Buffer.from(content.toString("latin1").replace("\xfc", "u"), "latin1")]).records;
    expect(readRecords([content]).records.map(({ id }) => id)).toEqual(good.map(({ id }) => id));
  });

  test("a line that a format can read even so has its fields, and both tags when not", () => {
    const broken = (text: string): Buffer => Buffer.from(text, "latin1");
    expect(readRecords([broken('{"a":"\xfc"}')], { format: "json" }).records[0]?.tags).toEqual([
      "invalid_utf8",
      "unparsed",
    ]);
    const entry =
      'https 2018-07-02T22:23:00.186641Z a 1.2.3.4:5 - -1 -1 -1 200 - 0 57 "GET https://x:443/\xfc HTTP/1.1" "c" - - -';
    const [record] = readRecords([broken(entry)], { format: "alb" }).records;
    expect(record).toMatchObject({
      tags: ["invalid_utf8"],
      document: { url: { path: "/\\xfc" }, tags: ["invalid_utf8"] },
    });
  });
});

describe("the format", () => {
  test("is judged by the first line that isn't blank, and kept", () => {
    const { format, records, counts } = readRecords('\n\r\n{"message":"a"}\nplain\n{"message":"b"}');
    expect(format).toBe("json");
    expect(records.map(({ document }) => document.message)).toEqual(["a", "plain", "b"]);
    expect(counts).toEqual({ in: 3, skipped: 2, unparsed: 1 });
    expect(readRecords('plain\n{"message":"a"}').format).toBe("raw");
  });

  test("is none while there was no line", () => {
    expect(readRecords("\n\n")).toEqual({ records: [], counts: { in: 0, skipped: 2, unparsed: 0 }, format: undefined });
  });

  test("of the source goes before what the content looks like", () => {
    expect(readRecords('{"message":"a"}', { format: "raw" }).records[0]?.document.message).toBe('{"message":"a"}');
  });

  test("may skip lines, which are counted apart and take no part in ids", () => {
    const csv: Format = {
      ...(formatNamed("raw") as Format),
      name: "csv",
      parser: () => (record) => (record.bytes[record.from] === 0x23 ? "skip" : "record"),
    };
    const { records, counts } = readRecords("#head\na\n#note\n\nb", { settings: { format: csv } });
    expect(records.map(({ document, id }) => [document.message, id.split("-").slice(1).join("-")])).toEqual([
      ["a", "6-7"],
      ["b", "15-16"],
    ]);
    expect(counts).toEqual({ in: 2, skipped: 3, unparsed: 0 });
  });

  test("gets a parser of its own for each item, so that headers don't reach another", () => {
    let parsers = 0;
    const parser: Format["parser"] = () => {
      parsers += 1;
      return () => "record";
    };
    const counted: Format = { ...(formatNamed("raw") as Format), parser };
    for (let i = 0; i < 3; i++) readRecords("a\nb\nc", { settings: { format: counted } });
    expect(parsers).toBe(3);
  });
});

interface One {
  readonly records: ReadRecord[];
  readonly counts: { in: number; skipped: number; unparsed: number };
  readonly reader: RecordReader;
}

/** A reader whose origin has no time of its own. */
function reading(settings: Partial<SourceSettings> = {}, logs = true): One {
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const batch = { owner: "1", region: "r", group: "g", stream: "s" };
  const origin = logs
    ? logBatchOrigin(batch, "1", "2", 2, ARRIVAL)
    : objectOrigin({ store: "s3", bucket: "b", key: "k" }, "e", ARRIVAL, 0);
  const reader = new RecordReader(
    origin,
    settingsOf({ format: formatNamed("raw"), ...settings }),
    undefined,
    counts,
    (record) => records.push(kept(record, ["position", "a", "json.a"])),
  );
  return { records, counts, reader };
}

test("frames that say where they are have their ids from that, not from where their bytes lie", () => {
  const { records, reader } = reading({}, false);
  const bytes = Buffer.from("onetwo");
  const frames = { bytes, base: 0, count: 2, from: Int32Array.of(0, 3), to: Int32Array.of(3, 6), skipped: 0 };
  reader.read({ ...frames, start: Float64Array.of(7, 2 ** 40), end: Float64Array.of(8, 2 ** 40 + 1) });
  expect(records.map(({ id, document }) => [id.slice(33), document.message, document.log])).toEqual([
    ["-7-8", "one", expect.objectContaining({ offset: 7 })],
    [`-${2 ** 40}-${2 ** 40 + 1}`, "two", expect.objectContaining({ offset: 2 ** 40 })],
  ]);
});

describe("frames that were too large", () => {
  const frames = { base: 0, count: 1, from: Int32Array.of(0), skipped: 0 };
  const bytes = Buffer.from('{"a":1}');

  test.each([
    ["json", ["truncated", "unparsed"], 1],
    ["raw", ["truncated"], 0],
  ])("are not parsed, tagged and counted: %s", (name, tags, unparsed) => {
    const { records, counts, reader } = reading({ format: formatNamed(name) }, false);
    reader.read({ ...frames, bytes, to: Int32Array.of(7), cut: "truncated" });
    expect(records.map((record) => [record.tags, record.document.message])).toEqual([[tags, '{"a":1}']]);
    expect(counts).toEqual({ in: 1, skipped: 0, unparsed, truncated: 1 });
  });

  test("in pieces have lost nothing", () => {
    const { records, counts, reader } = reading({ format: formatNamed("json") }, false);
    reader.read({ ...frames, bytes, to: Int32Array.of(7), cut: "split" });
    reader.read({ ...frames, bytes, to: Int32Array.of(7) });
    expect(records.map((record) => record.tags)).toEqual([["split", "unparsed"], []]);
    expect(counts).toEqual({ in: 2, skipped: 0, unparsed: 1 });
  });
});

const eventId = Buffer.from("e-4");
const key = Buffer.from(`1${"event".padEnd(32, "0")}`);
const event = { key, keyFrom: 0, position: 4, timestamp: Date.UTC(2026, 4, 1), eventId, idFrom: 0, idTo: 3 };
const said = (text: string): EventMessage => {
  const bytes = Buffer.from(text);
  return { bytes, from: 0, to: bytes.length, size: bytes.length, escaped: false, inJson: false };
};

describe("log events", () => {
  test("have their own id, time and event id", () => {
    const { records, reader } = reading();
    reader.readEvent(event, said("grün"));
    expect(records).toMatchObject([
      {
        id: `${key}-0-5`,
        timestampFrom: "record",
        document: { "@timestamp": "2026-05-01T00:00:00.000Z", event: { id: "e-4" } },
      },
    ]);
  });

  test.each([1e300, -1e300, 8.64e15, Number.NaN])(
    "of a time that no date can say (%d) get the arrival's",
    (timestamp) => {
      const { records, reader } = reading();
      reader.readEvent({ ...event, timestamp }, said("a"));
      reader.readDirect(Buffer.from("a"), { idKey: "1a", position: 4, timestamp }, undefined);
      for (const record of records)
        expect(record).toMatchObject({ timestampFrom: "arrival", document: { "@timestamp": ISO } });
      expect(records).toHaveLength(2);
    },
  );

  test("that are empty are skipped", () => {
    const { records, counts, reader } = reading();
    reader.readEvent(event, said(""));
    expect([records, counts]).toEqual([[], { in: 0, skipped: 1, unparsed: 0 }]);
  });

  test("of a JSON object over several lines stay one line of a document, the message as it was", () => {
    const text = '{\n  "a": "x\\ny",\r\n  "b": 1\n}';
    const { records, reader } = reading({ format: formatNamed("json") });
    reader.readEvent(event, said(text));
    reader.readEvent(event, said('{\n"message":"said"\n}'));
    expect(records.map(({ json }) => /[\r\n]/.test(json))).toEqual([false, false]);
    expect(records.map(({ document }) => [document.message, document.json])).toEqual([
      [text, { a: "x\ny", b: 1 }],
      ["said", { message: "said" }],
    ]);
  });
});

describe("records of a program", () => {
  test("carry their fields as JSON, their message as it is", () => {
    const { records, counts, reader } = reading({}, false);
    reader.readDirect(
      Buffer.from('{"not":"parsed"}'),
      { idKey: "1x", position: 0, timestamp: undefined },
      { a: "ü\n", big: 2 ** 60 },
    );
    reader.readDirect(Buffer.alloc(0), { idKey: "1y", position: 1, timestamp: 7 }, undefined);
    expect(counts).toEqual({ in: 2, skipped: 0, unparsed: 0 });
    expect(records).toMatchObject([
      {
        id: "1x-0-16",
        timestampFrom: "object",
        document: { message: '{"not":"parsed"}', json: { a: "ü\n", big: 2 ** 60 } },
        fields: { a: "ü\n", "json.a": "ü\n" },
      },
      {
        id: "1y-0-0",
        timestampFrom: "record",
        document: { message: "", "@timestamp": "1970-01-01T00:00:00.007Z" },
        fields: { a: undefined },
      },
    ]);
    expect(records[1]?.document).not.toHaveProperty("json");
  });
});

test("raw parsing keeps the message, the time and the origin, and no fields", () => {
  const { records } = readRecords('{"message":"a","time":"2026-05-01T00:00:00Z"}', {
    format: "json",
    settings: { fields: false },
  });
  expect(Object.keys(records[0]?.document ?? {}).sort()).toEqual([
    "@timestamp",
    "aws",
    "cloud",
    "data_stream",
    "ecs",
    "event",
    "log",
    "message",
  ]);
});
