import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRecords } from "../read-records.testing.ts";
import { FormatHint } from "./format.ts";
import { logfmt } from "./logfmt.ts";

const only = (text: string, settings = {}) => {
  const { records, counts } = readRecords(`${text}\n`, { format: "logfmt", settings });
  expect(counts).toMatchObject({ in: 1, unparsed: 0 });
  return records[0]?.document as Record<string, unknown>;
};

const key = fc.stringMatching(/^[A-Za-z_][\w.@/-]{0,8}$/);
/** As Go quotes what isn't plain. */
const quoted = (text: string): string =>
  `"${[...text].map((each) => (each < " " ? `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}` : each.replace(/["\\]/, "\\$&"))).join("")}"`;

test("pairs come back as they were written, of a key that is there twice the last", () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("", "a b", '"', "\\", "a\nb\tc", "12"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { minLength: 1 }), (pairs) => {
      const document = only(pairs.map(([name, text]) => `${name}=${quoted(text)}`).join(" "));
      const entries = pairs.map(([name, text]) => [name, text.toWellFormed()] as const);
      expect(document.json).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(entries))));
    }),
  );
});

test.each<[string, unknown]>([
  ["a=1 b=true c= d", { a: "1", b: "true", c: "", d: true }],
  ['a="\\u00fc\\x1b[0m\\U0001f600\\a\\q" b=x"y', { a: "ü\x1b[0m😀\x07\\q", b: 'x"y' }],
  ['a="" b=""', { a: "", b: "" }],
  ["__proto__=1 constructor=2", JSON.parse('{"__proto__":"1","constructor":"2"}')],
  ["a=1 word {x} b=2", { a: "1", word: true, "{x}": true, b: "2" }],
  ["a=\t b=2", { a: "", b: "2" }],
])("%s", (text, json) => {
  expect(only(text).json).toEqual(json);
});

test("time and message are found by name, or as the config says", () => {
  const text = 'ts=1793696700.5 at="2026-11-03T10:00:00+01:00" msg="hi \\"you\\"" said=other';
  expect(only(text)).toMatchObject({ "@timestamp": "2026-11-03T09:05:00.500Z", message: 'hi "you"' });
  expect(only(text, { timestampField: "at", messageField: "said" })).toMatchObject({
    "@timestamp": "2026-11-03T09:00:00.000Z",
    message: "other",
  });
  expect(only("a=1 b=2").message).toBe("a=1 b=2");
});

test.each([
  ["level=info msg=x", true],
  ["time=x a=1", true],
  ["a=1 b=2", false],
  ["level=info", false],
  ["level=info and words", false],
  ['level=info msg="open', false],
  ["words level=info msg=x", false],
  ["", false],
])("by content: %s", (text, known) => {
  expect(logfmt.detect(new FormatHint({ head: Buffer.from(text) }))).toBe(known);
});
