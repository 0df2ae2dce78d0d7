import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Framer, TakeBlock } from "./frame.ts";
import { chunked, type Framed, framed, limited, oneByOne, type Span } from "./framed.testing.ts";
import { LineFramer } from "./lines.ts";
import { OVERSIZED, type Oversized } from "./oversize.ts";

const BOTH = [{}, { kernel: null }] as const;

interface Limit {
  readonly max: number;
  readonly oversized: Oversized;
}

const lines = (chunks: Iterable<Uint8Array>, limit?: Limit, kernel: (typeof BOTH)[number] = {}): Framed =>
  framed(new LineFramer({ maxFrameBytes: limit?.max, oversized: limit?.oversized, ...kernel }), chunks);

/** The same rules, written plainly over all of the bytes. */
function reference(bytes: Buffer, limit: Limit): Framed {
  const spans: Span[] = [];
  let skipped = 0;
  let at = 0;
  while (at < bytes.length) {
    const found = bytes.indexOf("\n", at);
    const end = found < 0 ? bytes.length : found;
    const to = end > at && bytes[end - 1] === 0x0d ? end - 1 : end;
    if (to === at) skipped += 1;
    else spans.push({ from: at, to });
    at = end + 1;
  }
  return { ...limited(bytes, spans, limit), skipped };
}

/** What ends lines, what doesn't though it looks so, and what must not be cut. */
const PIECES = ["\n", "\r\n", "\r", "a", "line", "ü", "😀", "\u2028", "\u0085", "\0", "\ufeff", "\v\f"];
const text = fc.constantFrom(...PIECES).map((piece) => Buffer.from(piece));
const content = fc
  .array(fc.oneof(text, fc.uint8Array({ maxLength: 3 })), { maxLength: 40 })
  .map((parts) => Buffer.concat(parts));
const limit = fc.record<Limit>({
  max: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1000)),
  oversized: fc.constantFrom(...OVERSIZED),
});

describe("whatever the chunks are", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });

  test("frames and counts are those of the plain rules", () => {
    const property = fc.property(content, cuts, limit, (bytes, places, most) => {
      const { skipped, ...expected } = reference(bytes, most);
      for (const kernel of BOTH) {
        for (const chunks of [[bytes], chunked(bytes, places), oneByOne(bytes)]) {
          const { skipped: blank, ...found } = lines(chunks, most, kernel);
          expect(found).toEqual(expected);
          if (found.error === undefined) expect(blank).toBe(skipped);
        }
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("nothing is lost: frames and line ends are all of the bytes", () => {
    fc.assert(
      fc.property(content, limit, (bytes, { max }) => {
        let rest = bytes.toString("latin1");
        for (const frame of [...lines([bytes], { max, oversized: "split" }).frames].reverse()) {
          const [, from, to] = /^(\d+)-(\d+) /.exec(frame) as unknown as [string, string, string];
          expect(Number(to) - Number(from)).toBeLessThanOrEqual(max);
          rest = rest.slice(0, Number(from)) + rest.slice(Number(to));
        }
        expect(rest).toMatch(/^[\r\n]*$/);
      }),
    );
  });
});

const ofText = (...chunks: string[]): Framed => lines(chunks.map((chunk) => Buffer.from(chunk)));

describe("what ends a line", () => {
  test.each([
    ["LF and CRLF", "a\nb\r\nc\n", ["0-1 a", "2-3 b", "5-6 c"], 0],
    ["no line end at the end", "a\nb", ["0-1 a", "2-3 b"], 0],
    ["a CR at the very end", "a\r", ["0-1 a"], 0],
    ["a lone CR doesn't", "a\rb\n\rc\n", ["0-3 a\rb", "4-6 \rc"], 0],
    ["only one CR goes with the LF", "a\r\r\n", ["0-2 a\r"], 0],
    ["NUL bytes don't", "a\0b\n\0\n", ["0-3 a\0b", "4-5 \0"], 0],
    ["blank lines are counted", "\n\r\na\n\n", ["3-4 a"], 3],
    ["a blank last line without its LF", "a\n\r", ["0-1 a"], 1],
    ["spaces are content", " \n", ["0-1  "], 0],
    ["nothing", "", [], 0],
  ])("%s", (_, whole, frames, skipped) => {
    for (const chunks of [[Buffer.from(whole)], oneByOne(Buffer.from(whole))])
      expect(lines(chunks)).toEqual({ frames, skipped, error: undefined });
  });

  test("U+2028, U+2029 and U+0085 don't", () => {
    const whole = "a\u2028b\u2029c\u0085d\n";
    expect(ofText(whole).frames).toEqual([
      `0-${Buffer.byteLength(whole) - 1} ${Buffer.from(whole).toString("latin1").trimEnd()}`,
    ]);
  });

  test("a CRLF that a chunk's end cuts in two is one line end", () => {
    expect(ofText("a\r", "\nb\r", "\n", "\r", "\n")).toMatchObject({ frames: ["0-1 a", "3-4 b"], skipped: 1 });
  });
});

describe("lines that are too long", () => {
  const cut = (whole: string, max: number, oversized: Oversized): Framed => {
    const bytes = Buffer.from(whole);
    const found = lines([bytes], { max, oversized });
    expect(lines(oneByOne(bytes), { max, oversized })).toEqual(found);
    return found;
  };

  test.each([
    ["at the size", "abcdefgh", 4, ["0-4 abcd (split)", "4-8 efgh (split)"]],
    ["with what is left over", "abcdef\n", 4, ["0-4 abcd (split)", "4-6 ef (split)"]],
    ["not for the CR of a line end", "abcd\r\n", 4, ["0-4 abcd"]],
    ["before a character of two bytes that wouldn't fit whole", "abcüd\n", 4, ["0-3 abc", "3-6 \xc3\xbcd"]],
    ["before one of four bytes", "a😀b\n", 4, ["0-1 a", "1-5 \xf0\x9f\x98\x80", "5-6 b"]],
    ["within a character when no more fits", "ü\n", 1, ["0-1 \xc3", "1-2 \xbc"]],
  ])("are split %s", (_, whole, max, frames) => {
    const marked = frames.map((frame) => (frames.length > 1 ? frame.replace(/( \(split\))?$/, " (split)") : frame));
    expect(cut(whole, max, "split").frames).toEqual(marked);
  });

  test("are truncated, and those behind them are whole", () => {
    expect(cut("abcüd\nef\nghijk\r\nl", 4, "truncate").frames).toEqual([
      "0-3 abc (truncated)",
      "7-9 ef",
      "10-14 ghij (truncated)",
      "17-18 l",
    ]);
  });

  test("are refused after the lines before them, which says where", () => {
    expect(cut("ab\ncdefg\n", 4, "reject")).toMatchObject({ frames: ["0-2 ab"], error: "FRAME_TOO_LARGE" });
    const framer = new LineFramer({ maxFrameBytes: 4, oversized: "reject" });
    expect(() => framer.push(Buffer.from("ab\ncdefg\n"), () => {})).toThrow(
      "a line is larger than 4 bytes, the limit read.maxFrameBytes (at decoded byte 3)",
    );
  });

  test.each(["split", "truncate"] as const)(
    "are given out while they come, so that memory has an end: %s",
    (oversized) => {
      const framer = new LineFramer({ maxFrameBytes: 100, oversized });
      let given = 0;
      for (let read = 1; read <= 1000; read++) {
        framer.push(Buffer.from("x"), ({ count, from, to }) => {
          for (let i = 0; i < count; i++) given += (to[i] as number) - (from[i] as number);
        });
        if (oversized === "split") expect(read - given).toBeLessThan(102);
      }
      if (oversized === "truncate") expect(given).toBe(100);
    },
  );
});

test("without a limit what is cut is cut at 4 MiB, and what is refused at 8", () => {
  const MiB = 1024 * 1024;
  const sizes = (framer: Framer, size: number): number[] => {
    const found: number[] = [];
    const take: TakeBlock = ({ from, to }) => found.push((to[0] as number) - (from[0] as number));
    for (let at = 0; at < size; at += MiB / 4) framer.push(Buffer.alloc(MiB / 4, "x"), take);
    framer.end(take);
    return found;
  };
  expect(sizes(new LineFramer(), 9 * MiB)).toEqual([4 * MiB, 4 * MiB, MiB]);
  expect(sizes(new LineFramer({ oversized: "truncate" }), 9 * MiB)).toEqual([4 * MiB]);
  expect(sizes(new LineFramer({ oversized: "reject" }), 8 * MiB)).toEqual([8 * MiB]);
  expect(() => sizes(new LineFramer({ oversized: "reject" }), 9 * MiB)).toThrow("larger than 8388608 bytes");
});

test("positions go on from where reading starts", () => {
  expect(framed(new LineFramer({ start: 1000 }), [Buffer.from("\na\n")]).frames).toEqual(["1001-1002 a"]);
});

test("a million blank lines are a number, not a million of anything", () => {
  const counted = { count: 0, skipped: 0 };
  new LineFramer().push(Buffer.alloc(1_000_000, "\n"), ({ count, skipped }) => {
    counted.count += count;
    counted.skipped += skipped;
  });
  expect(counted).toEqual({ count: 0, skipped: 1_000_000 });
  const crlf = Buffer.from("\r\n".repeat(500_000));
  expect(lines(chunked(crlf, [1, 77_777, 500_001]))).toMatchObject({ frames: [], skipped: 500_000 });
});

test("many lines in one chunk all come", () => {
  expect(lines([Buffer.from("ab\n".repeat(20_000))]).frames).toHaveLength(20_000);
});

test("a chunk larger than the kernel takes, with a line that is larger still", () => {
  const long = "x".repeat(700_000);
  const whole = Buffer.from(`${"ab\n".repeat(200_000)}${long}\ncd\n`);
  expect(lines([whole])).toEqual(lines([whole], undefined, { kernel: null }));
  expect(lines([whole]).frames).toHaveLength(200_002);
});
