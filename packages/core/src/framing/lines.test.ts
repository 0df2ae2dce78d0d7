import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { EscapedFrames, TakeBlock } from "./frame.ts";
import { LineFramer } from "./lines.ts";

interface Framed {
  /** `start-end` in the whole, and the bytes as Latin-1, so that each stands for itself. */
  readonly frames: readonly string[];
  readonly skipped: number;
}

const frameText = (bytes: Uint8Array, from: number, to: number, base = 0): string =>
  `${base + from}-${base + to} ${Buffer.from(bytes.subarray(from, to)).toString("latin1")}`;

function framed(chunks: Iterable<Uint8Array>, max?: number, kernel?: null): Framed {
  const framer = new LineFramer({
    ...(max !== undefined && { maxFrameBytes: max }),
    ...(kernel === null && { kernel }),
  });
  const frames: string[] = [];
  let skipped = 0;
  const take: TakeBlock = ({ bytes, base, count, from, to, skipped: blank, escaped }) => {
    skipped += blank;
    for (let i = 0; i < count; i++) {
      frames.push(frameText(bytes, from[i] as number, to[i] as number, base));
      if (escaped !== undefined) checkEscaped(bytes.subarray(from[i], to[i]), escaped, i);
    }
  };
  for (const chunk of chunks) pushLent(framer, chunk, take);
  framer.end(take);
  return { frames, skipped };
}

/** The chunk is the framer's only while it takes it. */
function pushLent(framer: LineFramer, chunk: Uint8Array, take: TakeBlock): void {
  const lent = Uint8Array.from(chunk);
  framer.push(lent, take);
  lent.fill(0x0a);
}

/** What the kernel escaped is what the writer would write. */
function checkEscaped(frame: Uint8Array, { bytes, from, to, quotes }: EscapedFrames, i: number): void {
  const out = new ByteWriter();
  out.jsonText(frame, 0, frame.length);
  expect(Buffer.from(bytes.subarray(from[i], to[i])).equals(out.view())).toBe(true);
  const other = frame.some((byte) => byte < 0x20 || byte === 0x5c);
  expect(quotes[i]).toBe(other ? -1 : frame.filter((byte) => byte === 0x22).length);
}

/** The same rules, written plainly over all of the bytes. */
function reference(bytes: Buffer, max: number): Framed {
  const frames: string[] = [];
  let skipped = 0;
  let at = bytes.subarray(0, 3).equals(Buffer.from("\ufeff")) ? 3 : 0;
  while (at < bytes.length) {
    const end = bytes.indexOf("\n", at) < 0 ? bytes.length : bytes.indexOf("\n", at);
    const line = bytes.subarray(at, end).toString("latin1").replace(/\r$/, "");
    if (line === "") skipped += 1;
    let from = at;
    while (at + line.length - from > max) {
      const sizes = [max, max - 1, max - 2, max - 3].filter((size) => size > 0);
      const size = sizes.find((each) => !/[\x80-\xbf]/.test(line[from + each - at] as string)) ?? max;
      frames.push(frameText(bytes, from, from + size));
      from += size;
    }
    if (line !== "") frames.push(frameText(bytes, from, at + line.length));
    at = end + 1;
  }
  return { frames, skipped };
}

/** What ends lines, what doesn't though it looks so, and what must not be cut. */
const PIECES = ["\n", "\r\n", "\r", "a", "line", "ü", "😀", "\u2028", "\u0085", "\0", "\ufeff", "\v\f"];
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => Buffer.concat(parts));
const withBom = fc
  .tuple(fc.boolean(), content)
  .map(([bom, bytes]) => (bom ? Buffer.concat([Buffer.from("\ufeff"), bytes]) : bytes));

function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

describe("whatever the chunks are", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  const max = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1000));

  test("frames and counts are those of the plain rules", () => {
    const property = fc.property(withBom, cuts, max, (bytes, places, size) => {
      const expected = reference(bytes, size);
      expect(framed([bytes], size)).toEqual(expected);
      expect(framed(chunked(bytes, places), size)).toEqual(expected);
      expect(framed(chunked(bytes, places), size, null)).toEqual(expected);
      expect(
        framed(
          [...bytes].map((byte) => Uint8Array.of(byte)),
          size,
        ),
      ).toEqual(expected);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("nothing is lost: frames, line ends and the byte order mark are all of the bytes", () => {
    fc.assert(
      fc.property(withBom, max, (bytes, size) => {
        let rest = bytes.toString("latin1");
        for (const frame of [...framed([bytes], size).frames].reverse()) {
          const [, from, to] = /^(\d+)-(\d+) /.exec(frame) as unknown as [string, string, string];
          expect(Number(to) - Number(from)).toBeLessThanOrEqual(size);
          rest = rest.slice(0, Number(from)) + rest.slice(Number(to));
        }
        expect(rest.replace(/^\xef\xbb\xbf/, "")).toMatch(/^[\r\n]*$/);
      }),
    );
  });
});

const ofText = (...chunks: string[]): Framed => framed(chunks.map((chunk) => Buffer.from(chunk)));

describe("what ends a line", () => {
  test.each([
    ["LF and CRLF", "a\nb\r\nc\n", ["0-1 a", "2-3 b", "5-6 c"], 0],
    ["no line end at the end", "a\nb", ["0-1 a", "2-3 b"], 0],
    ["a CR at the very end", "a\r", ["0-1 a"], 0],
    ["a lone CR doesn't", "a\rb\n\rc\n", ["0-3 a\rb", "4-6 \rc"], 0],
    ["only one CR goes with the LF", "a\r\r\n", ["0-2 a\r"], 0],
    ["NUL bytes don't", "a\0b\n\0\n", ["0-3 a\0b", "4-5 \0"], 0],
    ["blank lines are counted", "\n\r\na\n\n", ["3-4 a"], 3],
    ["spaces are content", " \n", ["0-1  "], 0],
    ["nothing", "", [], 0],
    ["a byte order mark is no content", "\ufeffa\n\ufeffb\n", ["3-4 a", "5-9 \xef\xbb\xbfb"], 0],
    ["a byte order mark alone", "\ufeff", [], 0],
    ["a byte order mark before a blank line", "\ufeff\na", ["4-5 a"], 1],
  ])("%s", (_, text, frames, skipped) => {
    expect(ofText(text)).toEqual({ frames, skipped });
    expect(framed([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual({ frames, skipped });
  });

  test("U+2028, U+2029 and U+0085 don't", () => {
    const text = "a\u2028b\u2029c\u0085d\n";
    expect(ofText(text).frames).toEqual([
      `0-${Buffer.byteLength(text) - 1} ${Buffer.from(text).toString("latin1").trimEnd()}`,
    ]);
  });

  test("a CRLF that a chunk's end cuts in two is one line end", () => {
    expect(ofText("a\r", "\nb\r", "\n", "\r", "\n")).toEqual({ frames: ["0-1 a", "3-4 b"], skipped: 1 });
  });
});

describe("lines that are too long", () => {
  test.each([
    ["at the size", "abcdefgh", 4, ["0-4 abcd", "4-8 efgh"]],
    ["with what is left over", "abcdef\n", 4, ["0-4 abcd", "4-6 ef"]],
    ["not for the CR of a line end", "abcd\r\n", 4, ["0-4 abcd"]],
    ["before a character of two bytes that wouldn't fit whole", "abcüd\n", 4, ["0-3 abc", "3-6 \xc3\xbcd"]],
    ["before one of four bytes", "a😀b\n", 4, ["0-1 a", "1-5 \xf0\x9f\x98\x80", "5-6 b"]],
    ["from the first character on when there is a byte order mark", "\ufeffabcdef", 4, ["3-7 abcd", "7-9 ef"]],
    ["within a character when no more fits", "ü\n", 1, ["0-1 \xc3", "1-2 \xbc"]],
  ])("are split %s", (_, text, max, frames) => {
    expect(framed([Buffer.from(text)], max).frames).toEqual(frames);
    expect(
      framed(
        [...Buffer.from(text)].map((byte) => Uint8Array.of(byte)),
        max,
      ).frames,
    ).toEqual(frames);
  });

  test("are given out while they come, so that a file without line ends fits in memory", () => {
    const framer = new LineFramer({ maxFrameBytes: 100 });
    let given = 0;
    for (let read = 1; read <= 1000; read++) {
      framer.push(Buffer.from("x"), ({ count, from, to }) => {
        for (let i = 0; i < count; i++) given += (to[i] as number) - (from[i] as number);
      });
      expect(read - given).toBeLessThan(102);
    }
  });
});

test("positions go on from where reading starts", () => {
  const framer = new LineFramer({ start: 1000 });
  const spans: number[][] = [];
  framer.push(Buffer.from("\ufeffa\n"), ({ base, from, to }) => spans.push([base, from[0] as number, to[0] as number]));
  expect(spans).toEqual([[1000, 0, 4]]);
});

test("a million blank lines are a number, not a million of anything", () => {
  const counted = { count: 0, skipped: 0 };
  new LineFramer().push(Buffer.alloc(1_000_000, "\n"), ({ count, skipped }) => {
    counted.count += count;
    counted.skipped += skipped;
  });
  expect(counted).toEqual({ count: 0, skipped: 1_000_000 });
  const crlf = Buffer.from("\r\n".repeat(500_000));
  expect(framed(chunked(crlf, [1, 77_777, 500_001]))).toEqual({ frames: [], skipped: 500_000 });
});

test("many lines in one chunk all come", () => {
  expect(framed([Buffer.from("ab\n".repeat(20_000))]).frames).toHaveLength(20_000);
});
