import { describe, expect, test } from "vitest";
import { type ReadOptions, readRecords } from "../read-records.testing.ts";
import type { Table } from "./csv-rows.ts";
import { MAX_COLUMNS } from "./csv-rows.ts";

function table(text: string, given: Partial<Table> = {}, options: ReadOptions = {}): ReturnType<typeof readRecords> {
  const settings = { ...options.settings, table: given };
  return readRecords(text, { format: "csv", ...options, settings });
}

const cells = (...read: Parameters<typeof table>): unknown[] =>
  table(...read).records.map(({ document }) => document.csv);

test("rows are records of texts under the names in the first row, which is skipped and counted so", () => {
  const { records, counts, format } = table('name,"size, B",at\r\n"a ""b""",007,x\r\nü,,""\r\n');
  expect(format).toBe("csv");
  expect(counts).toEqual({ in: 2, skipped: 1, unparsed: 0 });
  expect(records.map(({ document }) => [document.message, document.csv])).toEqual([
    ['"a ""b""",007,x', { name: 'a "b"', "size, B": "007", at: "x" }],
    ['ü,,""', { name: "ü", at: "" }],
  ]);
  expect(records.map(({ id }) => id.slice(33))).toEqual(["-19-34", "-36-42"]);
});

test("fields are found by their names", () => {
  const read = table('a,b c\n1,"x ""y"""\n', {}, { get: ["csv.a", "csv.b c", "csv.d", "message"] });
  expect(read.records[0]?.fields).toEqual({
    "csv.a": "1",
    "csv.b c": 'x "y"',
    "csv.d": undefined,
    message: '1,"x ""y"""',
  });
});

describe("cells", () => {
  test.each<[string, string, unknown]>([
    ["in quotes over several lines", 'a,b\n"x\r\n\ny",1\n', [{ a: "x\r\n\ny", b: "1" }]],
    ["with something behind the closing quote", 'a,b\n"x""y"z,1\n', [{ a: 'x"yz', b: "1" }]],
    ["with a quote in the middle", 'a,b\n5" disk,1\n', [{ a: '5" disk', b: "1" }]],
    ["with what JSON escapes", 'a,b\n"x\\\ty",\b\n', [{ a: "x\\\ty", b: "\b" }]],
    ["that are all empty", "a,b\n,\n", [undefined]],
    ["fewer than columns", "a,b,c\n1\n", [{ a: "1" }]],
  ])("%s", (_, text, expected) => {
    expect(cells(text)).toEqual(expected);
  });

  test.each(["1,2,3", '1,"2', '"1,2'])("%s aren't those of the table: the row goes on as it is, tagged", (row) => {
    const { records, counts } = table(`a,b\n${row}`);
    expect(counts).toEqual({ in: 1, skipped: 1, unparsed: 1 });
    expect(records[0]).toMatchObject({ tags: ["unparsed"], document: { message: row } });
    expect(records[0]?.document).not.toHaveProperty("csv");
  });
});

describe("columns", () => {
  test.each<[string, string, unknown]>([
    ["without a name have their number", "a,, \n1,2,3\n", { a: "1", column_2: "2", column_3: "3" }],
    ["of the same name are told apart", "a,a,a_2,a\n1,2,3,4\n", { a: "1", a_2: "2", a_2_2: "3", a_3: "4" }],
    ["with dots are objects", "a.b,.c.,a..d\n1,2,3\n", { a: { b: "1", d: "3" }, c: "2" }],
    ["with a name that is the beginning of another's", "a,a.b\n1,2\n", { a: { value: "1", b: "2" } }],
    [
      "named like what objects have anyhow",
      "__proto__,constructor\n1,2\n",
      JSON.parse('{"__proto__":"1","constructor":"2"}'),
    ],
  ])("%s", (_, text, expected) => {
    expect(cells(text)).toEqual([expected]);
  });

  test("may be named by the config, or not at all", () => {
    expect(cells("1,2\n3,4\n", { header: ["x", "y"] })).toEqual([
      { x: "1", y: "2" },
      { x: "3", y: "4" },
    ]);
    expect(cells("1,2\n3,4\n", { header: false })).toEqual([
      { column_1: "1", column_2: "2" },
      { column_1: "3", column_2: "4" },
    ]);
  });

  test("too many of them are none: nothing is lost", () => {
    const wide = Array.from({ length: MAX_COLUMNS + 1 }, (_, i) => `c${i}`).join(",");
    expect(table(`${wide}\n1,2\n`).counts).toEqual({ in: 2, skipped: 0, unparsed: 2 });
    const most = wide.slice(0, wide.lastIndexOf(","));
    expect(table(`${most}\n1,2\n`).counts).toEqual({ in: 1, skipped: 1, unparsed: 0 });
  });
});

describe("the time", () => {
  test.each([
    ["time,a\n2026-05-01T00:00:00Z,1", "2026-05-01T00:00:00.000Z"],
    ["a,Timestamp\n1,2026-05-01 02:00:00.5", "2026-05-01T02:00:00.500Z"],
    ["a,ts\n1,1777593600", "2026-05-01T00:00:00.000Z"],
    ["date,time\n2026-05-01,1777593600000", "2026-05-01T00:00:00.000Z"],
  ])("is that of the column called so: %s", (text, time) => {
    expect(table(text).records[0]).toMatchObject({ timestampFrom: "record", document: { "@timestamp": time } });
    const raw = table(text, {}, { settings: { fields: false } });
    expect(raw.records[0]).toMatchObject({ timestampFrom: "record", document: { "@timestamp": time } });
    expect(raw.records[0]?.document).not.toHaveProperty("csv");
    expect(raw.counts).toEqual({ in: 1, skipped: 1, unparsed: 0 });
  });

  test("and the message may be in columns that the config names", () => {
    const settings = { timestampField: "when", messageField: "what" };
    const { records } = table(
      "time,when,what\n1777593600,1777593601,hello\n1777593600,1777593601,\n",
      {},
      { settings },
    );
    expect(records.map(({ document }) => [document["@timestamp"], document.message])).toEqual([
      ["2026-05-01T00:00:01.000Z", "hello"],
      ["2026-05-01T00:00:01.000Z", "1777593600,1777593601,"],
    ]);
  });
});

test("tabs, other delimiters, and quotes that mean nothing", () => {
  expect(cells('a\tb\n1\t"2\t3"\n', {}, { format: "tsv" })).toEqual([{ a: "1", b: "2\t3" }]);
  const settings = { framing: { csv: { delimiter: ";", quotes: false } } };
  expect(cells('a;b\n"1;2\n', { delimiter: ";", quotes: false }, { settings })).toEqual([{ a: '"1', b: "2" }]);
});

test("rows with bytes that aren't UTF-8 keep them", () => {
  const bytes = Buffer.concat([Buffer.from("a,b\n"), Buffer.from("x\xff,1\n", "latin1")]);
  const { records } = readRecords([bytes], { format: "csv" });
  expect(records[0]).toMatchObject({
    tags: ["invalid_utf8"],
    document: { message: "x\\xff,1", csv: { a: "x\\xff", b: "1" } },
  });
});
