import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { snappyBlock } from "../snappy/snappy.testing.ts";
import { Blocks } from "./blocks.ts";
import { SOURCE_SHA256 } from "./blocks-wasm.ts";

test("the committed module was compiled from the committed source", () => {
  const source = readFileSync(path.join(import.meta.dirname, "blocks.c"));
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

const blocks = new Blocks();
const CORRUPT = expect.objectContaining({ code: "OBJECT_CORRUPT" });

test("CRC-32C: the values of RFC 3720, B.4", () => {
  expect(blocks.crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(blocks.crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(blocks.crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
  expect(blocks.crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(blocks.crc32c(Buffer.alloc(0))).toBe(0);
});

describe("snappy", () => {
  test("any content comes back, however large", () => {
    const content = fc
      .tuple(fc.uint8Array({ maxLength: 100 }), fc.nat(3000))
      .map(([bytes, size]) => Buffer.concat([bytes, Buffer.alloc(size, bytes.length === 0 ? 7 : Buffer.from(bytes))]));
    const property = fc.property(content, (bytes) => {
      expect(Buffer.from(blocks.snappy(snappyBlock(bytes), bytes.length)).equals(bytes)).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
    const large = Buffer.alloc(3_000_000, "abcdefghijklmnop");
    expect(Buffer.from(blocks.snappy(snappyBlock(large), large.length)).equals(large)).toBe(true);
  });

  test("any bytes are content or damage", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(blocks.snappy(bytes, 1000).length).toBeLessThanOrEqual(1000);
      } catch (error) {
        expect(error).toEqual(CORRUPT);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("more than was asked for is damage", () => {
    expect(() => blocks.snappy(snappyBlock(Buffer.alloc(100)), 99)).toThrow(CORRUPT);
  });
});

describe("LZ4", () => {
  test.each([
    ["literals alone", "50414243444 5".replace(" ", ""), "ABCDE"],
    ["a copy of one byte, many times", "1f6101000a506162636465", `a${"a".repeat(29)}abcde`],
    ["a copy from further back", "4161626364040050656667 6869".replaceAll(" ", ""), "abcdabcdaefghi"],
  ])("%s", (_, hex, text) => {
    expect(Buffer.from(blocks.lz4(Buffer.from(hex, "hex"), 1000)).toString()).toBe(text);
  });

  test.each([
    ["nothing", ""],
    ["literals that aren't there", "f041"],
    ["a copy of what isn't there", "1061020050616263 6465".replace(" ", "")],
    ["an end within a copy", "1061"],
  ])("%s: damage", (_, hex) => {
    const bytes = Buffer.from(hex, "hex");
    if (hex === "1061") expect(Buffer.from(blocks.lz4(bytes, 10)).toString()).toBe("a");
    else expect(() => blocks.lz4(bytes, 1000)).toThrow(CORRUPT);
  });

  test("any bytes are content or damage", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(blocks.lz4(bytes, 500).length).toBeLessThanOrEqual(500);
      } catch (error) {
        expect(error).toEqual(CORRUPT);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
