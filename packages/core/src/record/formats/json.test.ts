import { describe, expect, test } from "vitest";
import { ARRIVAL, readRecords } from "../read-records.testing.ts";

const only = (text: string, get: readonly string[] = []) => {
  const { records, counts } = readRecords(`${text}\n`, { format: "json", get });
  expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 0 });
  return records[0] as (typeof records)[number];
};

const at = (ms: number): string => new Date(ms).toISOString();
const T = Date.UTC(2026, 4, 1, 9, 5, 0);

describe("times", () => {
  test.each<[string, string]>([
    ['"2026-05-01T09:05:00Z"', at(T)],
    ['"2026-05-01T09:05:00.123456789Z"', at(T + 123)],
    ['"2026-05-01T11:05:00.5+02:00"', at(T + 500)],
    ['"2026-05-01T11:05:00+0200"', at(T)],
    ['"2026-05-01T04:05-05:00"', at(T)],
    ['"2026-05-01 09:05:00,123Z"', at(T + 123)],
    ["1777626300", at(T)],
    ["1777626300.123", at(T + 123)],
    ["1777626300.9999", at(T + 999)],
    ["1777626300123", at(T + 123)],
    ["1777626300123.9", at(T + 123)],
    ["1777626300123456", at(T + 123)],
    ["1777626300123456789", at(T + 123)],
    ['"1777626300"', at(T)],
    ['"1777626300.123"', at(T + 123)],
    ['"1777626300123"', at(T + 123)],
    ['"1777626300123456"', at(T + 123)],
    ['"1777626300123456789"', at(T + 123)],
    ['"2028-02-29T00:00:00Z"', "2028-02-29T00:00:00.000Z"],
  ])("%s is %s", (value, time) => {
    expect(only(`{"time":${value}}`)).toMatchObject({ timestampFrom: "record", document: { "@timestamp": time } });
  });

  test("every millisecond is read exactly, as seconds, microseconds and nanoseconds", () => {
    const lines = Array.from({ length: 1000 }, (_, i) => String(T + i)).flatMap((ms) => [
      `{"ts":${ms.slice(0, -3)}.${ms.slice(-3)}}`,
      `{"ts":${ms}000}`,
      `{"ts":${ms}000000}`,
      `{"ts":"${ms}000000"}`,
    ]);
    const { records } = readRecords(lines.join("\n"), { format: "json" });
    expect(records.map(({ document }) => document["@timestamp"])).toEqual(
      lines.map((_, i) => at(T + Math.floor(i / 4))),
    );
  });

  test.each([
    ['"2026-05-01T09:05:00"', "no zone"],
    ['"2026-02-30T00:00:00Z"', "a day that doesn't exist"],
    ['"2026-00-01T00:00:00Z"', "a month that doesn't exist"],
    ['"2026-05-01T25:05:00Z"', "an hour that doesn't exist"],
    ['"yesterday"', "words"],
    ['"20260501"', "digits of another length"],
    ["12345", "too small"],
    ["-1777626300", "negative"],
    ["1e300", "too large"],
    ['"10000-01-01T00:00:00Z"', "a year of five digits"],
    ["null", "null"],
    ["true", "a boolean"],
    ["{}", "an object"],
  ])("%s is none: %s", (value) => {
    expect(only(`{"time":${value}}`)).toMatchObject({
      timestampFrom: "arrival",
      document: { "@timestamp": at(ARRIVAL), sluice: { timestamp_from: "arrival" } },
    });
  });

  test.each(["@timestamp", "timestamp", "time", "ts", "eventTime", "date"])("under %s", (key) => {
    expect(only(JSON.stringify({ [key]: at(T) })).document["@timestamp"]).toBe(at(T));
  });

  test("the first in the line that holds one counts, whether fields are asked for or not", () => {
    const line = `{"timestamp":"soon","time":"${at(T + 1)}","@timestamp":"${at(T + 2)}"}`;
    for (const fields of [true, false]) {
      const { records } = readRecords(`${line}\n${line.replace("soon", at(T))}\n`, {
        format: "json",
        settings: { fields },
      });
      expect(records.map(({ document }) => document["@timestamp"])).toEqual([at(T + 1), at(T)]);
    }
  });
});

describe("messages", () => {
  test.each([
    ['{"message":"a","msg":"b","log":"c"}', "a"],
    ['{"log":"c\\n","msg":"b"}', "b"],
    ['{"log":"c\\n"}', "c\n"],
    ['{"message":{"text":"a"},"msg":"b"}', "b"],
    ['{"message":"\\ud83d\\ude00 \\u0000 \\ud800"}', "😀 \u0000 \ufffd"],
    ['{"Message":"a"}', '{"Message":"a"}'],
    ['  {"a":1}\t', '  {"a":1}\t'],
  ])("%s says %j", (text, message) => {
    expect(only(text).document).toMatchObject({ message, json: JSON.parse(text) });
  });
});

describe("fields", () => {
  const text =
    '{"level":"info","http":{"status":200,"a.b":{"c":"deep"}},"http.status":"flat","list":[1,2],"none":null}';

  test.each<[string, unknown]>([
    ["level", "info"],
    ["json.level", "info"],
    ["http.status", "flat"],
    ["json.http.a.b.c", "deep"],
    ["http.a.b.c", "deep"],
    ["list", [1, 2]],
    ["list.0", undefined],
    ["none", null],
    ["http.none", undefined],
    ["", undefined],
    [".", undefined],
  ])("%s", (name, value) => {
    expect(only(text, [name]).fields[name]).toEqual(value);
  });

  test("of Object's own are none, unless the line has them", () => {
    const names = ["constructor", "toString", "__proto__.polluted", "__proto__", "http.hasOwnProperty"];
    expect(Object.values(only('{"http":{}}', names).fields)).toEqual(names.map(() => undefined));
    const hostile = only('{"__proto__":{"polluted":"yes"},"constructor":"mine"}', [
      "constructor",
      "__proto__.polluted",
      "polluted",
    ]);
    expect(hostile.fields).toEqual({ constructor: "mine", "__proto__.polluted": "yes", polluted: undefined });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(hostile.json).toContain('"json":{"__proto__":{"polluted":"yes"},"constructor":"mine"}');
  });

  test("a line can't pass for another dataset or origin", () => {
    const hostile =
      '{"event":{"dataset":"aws.cloudtrail"},"data_stream.namespace":"prod","aws.s3.bucket.name":"other"}';
    const names = ["event.dataset", "data_stream.namespace", "aws.s3.bucket.name", "json.event.dataset"];
    expect(Object.values(only(hostile, names).fields)).toEqual(["generic", "default", "b", "aws.cloudtrail"]);
  });
});

test("numbers beyond 2^53 and their writing stay exactly as they are", () => {
  const text = '{"id":9007199254740993,"big":123456789012345678901234567890,"d":1.10,"e":1E5}';
  expect(only(text).json).toContain(`"json":${text}`);
});

describe("members of one name", () => {
  test.each([
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"a":1,"b":{"c":1,"c":[2]},"a":3}', '{"a":3,"b":{"c":[2]}}'],
    ['{"a":[{"b":1,"b":2}],"n":9007199254740993,"m":1.10}', '{"a":[{"b":2}],"n":9007199254740993,"m":1.10}'],
    ['{"\\u0061":1,"a":2}', '{"a":2}'],
    ['{"__proto__":1,"__proto__":{"x":"\\ud800"}}', '{"__proto__":{"x":"\\ud800"}}'],
  ])("the last of %s counts; the message stays", (text, kept) => {
    const { json, document } = only(text);
    expect(json).toContain(`"json":${kept}`);
    expect(document).toMatchObject({ message: text });
  });

  test("time and message are those of the last", () => {
    const text = `{"time":"${at(T)}","msg":"a","time":"${at(T + 1)}","msg":"b"}`;
    expect(only(text).document).toMatchObject({ "@timestamp": at(T + 1), message: "b" });
  });

  test("the same name in different objects, and many names, are no repetition", () => {
    const wide = `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":{"k${i}":1.0}`).join(",")}}`;
    expect(only(wide).json).toContain(`"json":${wide}`);
    const twice = `${wide.slice(0, -1)},"k17":2}`;
    expect(only(twice, ["k17"]).fields).toEqual({ k17: 2 });
  });
});

test("what is nested too deep for any receiver goes on as it is", () => {
  const text = `${'{"a":'.repeat(600)}1${"}".repeat(600)}`;
  const { records, counts } = readRecords(text, { format: "json" });
  expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 1 });
  expect(records[0]?.document).toMatchObject({ message: text });
});

describe("named in the config", () => {
  const text = `{"time":"${at(T)}","at":{"utc":"${at(T + 1)}"},"a.b":"flat","message":"m","said":{"text":"s"}}`;
  test.each([
    [{ timestampField: "at.utc", messageField: "said.text" }, T + 1, "s"],
    [{ timestampField: "at.utc" }, T + 1, "m"],
    [{ messageField: "a.b" }, T, "flat"],
    [{ timestampField: "nowhere", messageField: "said" }, ARRIVAL, text],
    [{ timestampField: "message", messageField: "__proto__" }, ARRIVAL, text],
  ])("%j", (settings, time, message) => {
    for (const fields of [true, false]) {
      const { records } = readRecords(text, { format: "json", settings: { ...settings, fields } });
      expect(records[0]?.document).toMatchObject({ "@timestamp": at(time), message: fields ? message : text });
    }
  });
});

test.each([
  "[1,2]",
  '"text"',
  "12",
  "null",
  "{",
  '{"a":1',
  '{"a":1}}',
  '{"a":1} and',
  "{'a':1}",
  '{"a":NaN}',
  '{"a":"\\x"}',
  "plain words",
  " ",
])("%s is no object: it goes on as it is, tagged", (text) => {
  const { records, counts } = readRecords(`${text}\n`, { format: "json" });
  expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 1 });
  expect(records[0]).toMatchObject({ tags: ["unparsed"], document: { message: text } });
  expect(records[0]?.document).not.toHaveProperty("json");
});

test("raw: the time is read, the line stays as it is", () => {
  const text = `{"message":"a","time":"${at(T)}"}`;
  const { records } = readRecords(text, { format: "json", settings: { fields: false }, get: ["level"] });
  expect(records[0]?.document).toMatchObject({ "@timestamp": at(T), message: text });
  expect(records[0]?.document).not.toHaveProperty("json");
});
