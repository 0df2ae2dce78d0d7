import { expect, test } from "vitest";
import { ConfigError, configJsonSchema, parseConfig } from "./parse-config.ts";

const config = (source: object): unknown => ({ sinks: { out: { type: "stdout" } }, sources: [source] });

function issuesOf(framing: unknown): string[] {
  try {
    parseConfig(config({ framing }), "f");
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  throw new Error("was taken");
}

const NAMES = "auto, lines, json, whole, none, json-array, csv, tsv";

test.each<[unknown, object]>([
  ["auto", { type: "auto" }],
  ["json-array", { type: "json-array", path: [] }],
  [
    { type: "json-array", path: "a.b" },
    { type: "json-array", path: "a.b" },
  ],
  ["csv", { type: "csv", delimiter: ",", quotes: true, header: true }],
  ["tsv", { type: "tsv", delimiter: "\t", quotes: true, header: true }],
  [
    { type: "csv", delimiter: ";", header: ["a", "b"] },
    { type: "csv", delimiter: ";", quotes: true, header: ["a", "b"] },
  ],
  [
    { type: "multiline", start: "^\\d" },
    { type: "multiline", start: "^\\d" },
  ],
  [
    { type: "multiline", count: 3, maxBytes: 10 },
    { type: "multiline", count: 3, maxBytes: 10 },
  ],
])("%j is taken", (framing, expected) => {
  expect(parseConfig(config({ framing, oversized: "reject" })).sources[0]).toMatchObject({
    framing: expected,
    oversized: "reject",
  });
});

test.each<[unknown, string]>([
  ["jsonl", `sources[0].framing: expected one of ${NAMES}, or an object with a type, got "jsonl" (did you mean json?)`],
  ["multiline", `sources[0].framing: expected one of ${NAMES}, or an object with a type, got "multiline"`],
  [5, `sources[0].framing: expected one of ${NAMES}, or an object with a type, got number 5`],
  [{ type: "jsonl" }, `sources[0].framing.type: expected one of ${NAMES}, multiline, got "jsonl" (did you mean json?)`],
  [{}, `sources[0].framing.type: expected one of ${NAMES}, multiline, got nothing`],
  [{ type: "lines", path: "a" }, "sources[0].framing.path: expected one of type, got unknown key path"],
  [
    { type: "csv", delimeter: ";" },
    "sources[0].framing.delimeter: expected one of type, delimiter, quotes, header, got unknown key delimeter (did you mean delimiter?)",
  ],
  [{ type: "csv", delimiter: "ab" }, 'sources[0].framing.delimiter: expected one ASCII character, got "ab"'],
  [{ type: "csv", delimiter: "\n" }, 'sources[0].framing.delimiter: expected one ASCII character, got "\\\\x0a"'],
  [
    { type: "csv", delimiter: '"' },
    'sources[0].framing.delimiter: expected another character than the quote, got "\\""',
  ],
  [{ type: "csv", header: "a" }, 'sources[0].framing.header: expected true, false or a list of names, got "a"'],
  [{ type: "json-array", path: [""] }, 'sources[0].framing.path[0]: expected at least 1 characters, got ""'],
  [
    { type: "json-array", path: 1 },
    "sources[0].framing.path: expected the names on the way to the array, dotted or as a list, got number 1",
  ],
  [
    { type: "multiline" },
    "sources[0].framing: expected exactly one of start, end, continued, count, got an object with type",
  ],
  [
    { type: "multiline", start: "a", end: "b" },
    "sources[0].framing: expected exactly one of start, end, continued, count, got an object with type, start, end",
  ],
  [{ type: "multiline", count: 0 }, "sources[0].framing.count: expected more than 0, got number 0"],
])("%j is not, and the error says what would be", (framing, line) => {
  expect(issuesOf(framing)).toEqual([`f: ${line}`]);
});

test("what becomes of large records is one of three", () => {
  const parse = (): unknown => parseConfig(config({ oversized: "drop" }), "f");
  expect(parse).toThrow('f: sources[0].oversized: expected one of split, truncate, reject, got "drop"');
});

test("the JSON Schema has the types and their options", () => {
  const text = JSON.stringify(configJsonSchema());
  for (const name of ["json-array", "multiline", "delimiter", "maxLines", "oversized"])
    expect(text).toContain(`"${name}"`);
});
