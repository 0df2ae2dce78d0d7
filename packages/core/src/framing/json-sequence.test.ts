import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunked, type Framed, framed, limited, oneByOne } from "./framed.testing.ts";
import type { JsonOptions } from "./json-elements.ts";
import { jsonKernel } from "./json-kernel.ts";
import { JsonSequenceFramer } from "./json-sequence.ts";
import { indent, jsonObject, jsonValue, trickyText } from "./json-texts.testing.ts";
import { OVERSIZED } from "./oversize.ts";

const BOTH = [{}, { kernel: null }] as const;

const values = (chunks: Iterable<Uint8Array>, options: JsonOptions = {}): Framed =>
  framed(new JsonSequenceFramer(options), chunks);

const separators = (bytes: Buffer): boolean =>
  bytes.every((byte) => " \t\r\n\u001e".includes(String.fromCharCode(byte)));

const cuts = fc.array(fc.nat(), { maxLength: 8 });

/** Behind a value on its line anything can stand but the beginning of another's, which is no text. */
const between = fc.constantFrom("", "", " ", "\n", "\r\n\t", "\u001e", "\n\u001e");
const object = fc.tuple(jsonObject, indent).map(([value, by]) => JSON.stringify(value, null, by));
const array = fc
  .tuple(fc.array(jsonValue, { maxLength: 3 }), indent)
  .map(([value, by]) => JSON.stringify(value, null, by));
const line = trickyText
  .map((text) => `x${text.replace(/[\n\r]/g, "")}`)
  .chain((text) => fc.constantFrom("\n", "\r\n").map((end) => ({ text, end })));
const part = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(object, between).map(([text, end]) => ({ text, end })) },
  fc.tuple(array, between).map(([text, end]) => ({ text, end })),
  line,
);

test("in any chunks gives each value's text and place, and lines of text between", () => {
  const limits = fc.record({
    max: fc.oneof(fc.constant(100_000), fc.integer({ min: 1, max: 30 })),
    oversized: fc.constantFrom(...OVERSIZED),
  });
  const property = fc.property(fc.array(part, { maxLength: 6 }), cuts, limits, (parts, places, limit) => {
    const bytes = Buffer.from(parts.map(({ text, end }) => text + end).join(""));
    let at = 0;
    const spans = parts.map(({ text, end }) => {
      const from = at;
      at += Buffer.byteLength(text + end);
      return { from, to: from + Buffer.byteLength(text) };
    });
    const expected = { ...limited(bytes, spans, limit), skipped: 0 };
    for (const kernel of BOTH) {
      const options = { maxFrameBytes: limit.max, oversized: limit.oversized, ...kernel };
      for (const chunks of [[bytes], chunked(bytes, places), oneByOne(bytes)])
        expect(values(chunks, options)).toEqual(expected);
    }
  });
  fc.assert(property, { numRuns: 400 });
});

test("with any byte changed gives the same however it is read, and loses nothing but what separates", () => {
  const property = fc.property(
    fc.array(part, { minLength: 1, maxLength: 5 }),
    fc.nat(),
    fc.nat(255),
    (parts, place, byte) => {
      const bytes = Buffer.from(parts.map(({ text, end }) => text + end).join(""));
      bytes[place % bytes.length] = byte;
      const whole = values([bytes]);
      for (const kernel of BOTH) {
        expect(values([bytes], kernel)).toEqual(whole);
        expect(values(oneByOne(bytes), kernel)).toEqual(whole);
      }
      let at = 0;
      for (const frame of whole.frames) {
        const [, from, to] = /^(\d+)-(\d+) /.exec(frame) as unknown as [string, string, string];
        expect(separators(bytes.subarray(at, Number(from)))).toBe(true);
        at = Number(to);
      }
      if (whole.error === undefined) expect(separators(bytes.subarray(at))).toBe(true);
      else expect(whole.error).toBe("OBJECT_TRUNCATED");
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

describe.each(BOTH)("%j", (kernel) => {
  const texts = (text: string): readonly string[] => {
    const whole = values([Buffer.from(text)], kernel);
    expect(values(oneByOne(Buffer.from(text)), kernel)).toEqual(whole);
    return [...whole.frames.map((frame) => frame.slice(frame.indexOf(" ") + 1)), ...(whole.error ? [whole.error] : [])];
  };

  test.each([
    ["nothing between", '{"a":1}{"b":2}\n{"c":3}', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ["objects over several lines", '{\n "a": 1\n}\n{\n "b": 2\n}\n', ['{\n "a": 1\n}', '{\n "b": 2\n}']],
    ["record separators", '\x1e{"a":1}\n\x1e{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ["arrays", "[1]\n[2][3]", ["[1]", "[2]", "[3]"]],
    [
      "text between",
      '{"a":1}\nplain {"no":1}\r\n{"b":2} tail\n1\n"s"',
      ['{"a":1}', 'plain {"no":1}', '{"b":2}', "tail", "1", '"s"'],
    ],
    [
      "an object that is damaged, to the end of its line",
      '{"a":1}{"b":[2}{"c":3}\n{"d":4}',
      ['{"a":1}', '{"b":[2}{"c":3}', '{"d":4}'],
    ],
    ["a bracket too many", '{"a":1}}\r\n{"b":2}', ['{"a":1}', "}", '{"b":2}']],
    ["one cut off at the end", '{"a":1}{"b":', ['{"a":1}', "OBJECT_TRUNCATED"]],
    ["white space alone", " \n\r\n\t", []],
  ])("%s", (_, text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  test("more than the kernel holds at once", () => {
    const capacity = jsonKernel()?.capacity ?? 0;
    const many = Array.from({ length: 40_000 }, (_, i) => `{"n":${i}}`).join("");
    expect(values([Buffer.from(many)], kernel).frames).toHaveLength(40_000);
    const large = `{"a":1}{"b":"${'\\"'.repeat(capacity)}"}{"c":3}{"d":"${"y".repeat(capacity - 60)}"}\n{"e":5}`;
    expect(values([Buffer.from(large)], kernel).frames).toHaveLength(5);
  });
});
