import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CSV, CsvFramer, type Dialect } from "./csv.ts";
import { chunked, type Framed, framed, limited, oneByOne, type Span } from "./framed.testing.ts";
import { OVERSIZED, type Oversized } from "./oversize.ts";

interface Limit {
  readonly max: number;
  readonly oversized: Oversized;
}

const BOTH = [{}, { kernel: null }] as const;

const rows = (
  chunks: Iterable<Uint8Array>,
  dialect: Dialect = CSV,
  limit?: Limit,
  kernel: (typeof BOTH)[number] = {},
): Framed =>
  framed(new CsvFramer(dialect, { maxFrameBytes: limit?.max, oversized: limit?.oversized, ...kernel }), chunks);

/** The same rules, a character at a time. */
function reference(bytes: Buffer, { delimiter, quotes }: Dialect, limit: Limit): Framed {
  const text = bytes.toString("latin1");
  const spans: Span[] = [];
  let skipped = 0;
  let from = 0;
  let state: "fresh" | "plain" | "quoted" | "closing" = "fresh";
  const close = (end: number): void => {
    const to = text[end - 1] === "\r" && end > from ? end - 1 : end;
    if (to === from) skipped += 1;
    else spans.push({ from, to });
    from = end + 1;
    state = "fresh";
  };
  [...text].forEach((character, at) => {
    if (state === "quoted") state = character === '"' ? "closing" : "quoted";
    else if (state === "closing" && character === '"') state = "quoted";
    else if (character === "\n") close(at);
    else if (character === delimiter) state = "fresh";
    else state = state === "fresh" && character === '"' && quotes ? "quoted" : "plain";
  });
  if (from < text.length) close(text.length);
  return { ...limited(bytes, spans, limit), skipped };
}

const PIECES = ["\n", "\r\n", "\r", ",", '"', '"', '""', ',"', '",', "a", "ü", "😀", ";", " ", "\t", "\0"];
const content = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => Buffer.from(parts.join("")));
const dialect = fc.record<Dialect>({
  delimiter: fc.constantFrom(",", ";", "\t"),
  quotes: fc.boolean().map((none) => !none),
});
const limit = fc.record<Limit>({
  max: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 12 })),
  oversized: fc.constantFrom(...OVERSIZED),
});

test("in any chunks gives the rows of the plain rules", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  const property = fc.property(content, cuts, dialect, limit, (bytes, places, written, most) => {
    const { skipped, ...expected } = reference(bytes, written, most);
    for (const kernel of BOTH) {
      for (const chunks of [[bytes], chunked(bytes, places), oneByOne(bytes)]) {
        const { skipped: blank, ...found } = rows(chunks, written, most, kernel);
        expect(found).toEqual(expected);
        if (found.error === undefined) expect(blank).toBe(skipped);
      }
    }
  });
  fc.assert(property, { numRuns: 3000 });
});

describe("rows", () => {
  test.each([
    ["end at LF and CRLF", "a,b\r\nc,d\n", ["a,b", "c,d"]],
    ["go on over line ends in quotes", 'a,"b\r\n\nc"\nd', ['a,"b\r\n\nc"', "d"]],
    ["go on behind doubled quotes", 'a,"b""\nc"\n"""",d\n', ['a,"b""\nc"', '"""",d']],
    ["begin with a quote", '"a\nb",c\nd', ['"a\nb",c', "d"]],
    ["hold a quote within a cell", '5" disk,a\n6" disk,b\n', ['5" disk,a', '6" disk,b']],
    ["hold a quote behind a quoted cell", '"a"b"\nc\n', ['"a"b"', "c"]],
    ["are no blank lines, but may be an empty cell in quotes", '\n\r\n""\n', ['""']],
    ["have a quote that is never closed", 'a\n"b\nc\n', ["a", '"b\nc\n']],
  ])("%s", (_, text, expected) => {
    const { frames, error } = rows([Buffer.from(text)]);
    expect([frames.map((frame) => frame.slice(frame.indexOf(" ") + 1)), error]).toEqual([expected, undefined]);
  });

  test("that are too large are refused", () => {
    const text = Buffer.from(`a\n"${"b\n".repeat(50)}`);
    expect(framed(new CsvFramer(CSV, { maxFrameBytes: 50 }), [text])).toMatchObject({
      frames: ["0-1 a"],
      error: "FRAME_TOO_LARGE",
    });
  });
});

test("more than the kernel takes at once, with rows over its limits", () => {
  const line = `a,"b ""c""",${"x".repeat(50)}\n`;
  const long = `"${"y\n\n".repeat(300_000)}",z\n`;
  const whole = Buffer.from(`${line.repeat(20_000)}\n${long}${line.repeat(100)}${long}${line}`);
  const found = rows([whole]);
  expect([found.frames.length, found.skipped, found.error]).toEqual([20_103, 1, undefined]);
  expect(rows([whole], CSV, undefined, { kernel: null })).toEqual(found);
});
