import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { framingByContent } from "./by-content.ts";
import { ContentFramer } from "./content.ts";
import { chunked, type Framed, framed, oneByOne } from "./framed.testing.ts";
import type { FrameLimit } from "./oversize.ts";

const content = (chunks: Iterable<Uint8Array>, limit: FrameLimit = {}): Framed =>
  framed(new ContentFramer(framingByContent, limit), chunks);

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

/** As Latin-1; surrogates that stand alone are three bytes each. */
function utf8(text: string): string {
  const bytes = [...text].map((character) => {
    const code = character.codePointAt(0) as number;
    const alone = code >= 0xd800 && code < 0xe000;
    return alone ? Buffer.of(0xed, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)) : Buffer.from(character);
  });
  return Buffer.concat(bytes).toString("latin1");
}

/** Lines of the text, with their places in UTF-16. */
function reference(text: string): readonly string[] {
  const frames: string[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const shown = line.replace(/\r$/, "");
    const from = 2 + at * 2;
    if (shown !== "") frames.push(`${from}-${from + shown.length * 2} ${utf8(shown)}`);
    at += line.length + 1;
  }
  return frames;
}

const PIECES = ["\n", "\r\n", "a", "line", "ü", "€", "😀", "\ud83d", "\ude00", "\u0a0a", "\u0d0a"];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((parts) => parts.join(""));
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe.each([
  ["little endian", false],
  ["big endian", true],
])("%s", (_, bigEndian) => {
  test("lines in any chunks have the places of their UTF-16", () => {
    const property = fc.property(text, cuts, (whole, places) => {
      const bytes = utf16(whole, bigEndian);
      const frames = reference(whole);
      for (const chunks of [[bytes], chunked(bytes, places), oneByOne(bytes)])
        expect(content(chunks)).toMatchObject({ frames, error: undefined });
    });
    fc.assert(property, { numRuns: 800 });
  });

  test("large frames are cut, in any chunks, without a gap between pieces", () => {
    const property = fc.property(text, cuts, fc.integer({ min: 4, max: 9 }), (whole, places, maxFrameBytes) => {
      const bytes = utf16(whole, bigEndian);
      for (const oversized of ["split", "truncate"] as const) {
        const expected = content([bytes], { maxFrameBytes, oversized });
        expect(content(chunked(bytes, places), { maxFrameBytes, oversized })).toEqual(expected);
        expect(content(oneByOne(bytes), { maxFrameBytes, oversized })).toEqual(expected);
        if (oversized === "truncate") continue;
        const covered = expected.frames.map((frame) => /^(\d+)-(\d+) /.exec(frame) as unknown as string[]);
        const size = covered.reduce((sum, [, from, to]) => sum + Number(to) - Number(from), 0);
        expect(size).toBe(whole.split("\n").reduce((sum, line) => sum + line.replace(/\r$/, "").length * 2, 0));
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("a piece of text larger than is transcoded at once", () => {
    const whole = `${"grün 😀\r\n".repeat(50_000)}${"ü".repeat(200_000)}\nend`;
    expect(content([utf16(whole, bigEndian)])).toMatchObject({ frames: reference(whole), error: undefined });
  });

  test("JSON is known as such, and has its places", () => {
    const array = utf16('[{"a":"ü"},\r\n{"b":"😀"}]', bigEndian);
    const frames = ['4-22 {"a":"\xc3\xbc"}', '28-48 {"b":"\xf0\x9f\x98\x80"}'];
    for (const chunks of [[array], oneByOne(array)])
      expect(content(chunks)).toEqual({ frames, skipped: 0, error: undefined });
    const sequence = utf16('{"a":1}{"b":2}', bigEndian);
    expect(content(oneByOne(sequence)).frames).toEqual(['2-16 {"a":1}', '16-30 {"b":2}']);
  });

  test("half a unit at the end fails after what came before", () => {
    const bytes = utf16("a\nb\n", bigEndian);
    for (const cut of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0x41)])]) {
      const { frames, error } = content([cut]);
      expect([frames, error]).toEqual([["2-4 a", "6-8 b"], "OBJECT_TRUNCATED"]);
      expect(content(oneByOne(cut))).toMatchObject({ frames, error });
    }
  });

  test("the mark alone", () => {
    expect(content([utf16("", bigEndian)])).toEqual({ frames: [], skipped: 0, error: undefined });
  });
});
