import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeInvalidUtf8, isValidUtf8 } from "./utf8.ts";

const escaped = (bytes: Uint8Array): Buffer => Buffer.from(escapeInvalidUtf8(bytes, 0, bytes.length));

/** The inverse: every `\xNN` is the byte NN. */
function original(bytes: Uint8Array): Buffer {
  const binary = Buffer.from(bytes).toString("latin1");
  const restored = binary.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(restored, "latin1");
}

/** Bytes in which whole, cut and overlong sequences, and what looks like an escape, are frequent. */
const awkward = fc
  .array(
    fc.oneof(
      fc
        .constantFrom("\\", "x", "\\x", "\\x41", "\\\\x5c", "a", "ü", "€", "😀", "\n", "\0")
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom("c3", "e282", "f09f98", "c0af", "eda080", "f4908080", "ff", "80")
        .map((hex) => Buffer.from(hex, "hex")),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts));

describe("escapeInvalidUtf8", () => {
  test("always gives UTF-8, from which the bytes can be had back", () => {
    fc.assert(
      fc.property(awkward, (bytes) => {
        const readable = escaped(bytes);
        expect(isUtf8(readable)).toBe(true);
        expect(original(readable)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test("leaves text alone that has nothing to escape", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((text) => !text.includes("\\x")),
        (text) => {
          expect(escaped(Buffer.from(text)).toString()).toBe(text);
        },
      ),
    );
  });

  test.each([
    ["a Latin-1 umlaut", Buffer.from("grün", "latin1"), "gr\\xfcn"],
    ["an umlaut beside one in UTF-8", Buffer.concat([Buffer.from("ü"), Buffer.from([0xfc])]), "ü\\xfc"],
    ["a sequence cut at the end", Buffer.from("€").subarray(0, 2), "\\xe2\\x82"],
    ["an overlong slash", Buffer.from("c0af", "hex"), "\\xc0\\xaf"],
    ["an encoded surrogate", Buffer.from("eda080", "hex"), "\\xed\\xa0\\x80"],
    ["beyond U+10FFFF", Buffer.from("f4908080", "hex"), "\\xf4\\x90\\x80\\x80"],
    ["text that looks like an escape", Buffer.concat([Buffer.from("\\x41"), Buffer.from([0xff])]), "\\x5cx41\\xff"],
    ["a backslash before a bad byte", Buffer.from("5cff", "hex"), "\\\\xff"],
    ["a backslash at the end", Buffer.from("ff5c", "hex"), "\\xff\\"],
    ["nothing", Buffer.alloc(0), ""],
  ])("%s", (_, bytes, text) => {
    expect(escaped(bytes).toString()).toBe(text);
  });

  test("looks at the span only: neither a sequence nor an escape goes on behind it", () => {
    const bytes = Buffer.from("x€\\x");
    expect(Buffer.from(escapeInvalidUtf8(bytes, 1, 3)).toString()).toBe("\\xe2\\x82");
    expect(Buffer.from(escapeInvalidUtf8(bytes, 4, 5)).toString()).toBe("\\");
  });
});

test("isValidUtf8 judges the span alone", () => {
  const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from("ü"), Buffer.from([0xff])]);
  expect(isValidUtf8(bytes, 1, 3)).toBe(true);
  expect(isValidUtf8(bytes, 0, 3)).toBe(false);
  expect(isValidUtf8(bytes, 1, 2)).toBe(false);
});
