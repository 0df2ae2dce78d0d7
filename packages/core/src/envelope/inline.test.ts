import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inlineBytes } from "./inline.ts";

const LIMIT = 8_000_000;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function outcome(read: () => Uint8Array): string {
  try {
    return Buffer.from(read()).toString("hex");
  } catch {
    return "fails";
  }
}

/** The plain way; zlib says nothing of what is behind the last member. */
function expected(data: string): Uint8Array {
  const bytes = Buffer.from(data, "base64");
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const found = gunzipSync(bytes, { maxOutputLength: LIMIT, info: true }) as unknown;
  const { buffer, engine } = found as { buffer: Uint8Array; engine: { bytesWritten: number } };
  if (engine.bytesWritten < bytes.length) throw new Error("more behind it");
  return buffer;
}

describe("what a payload holds is what zlib makes of it", () => {
  test("whatever its bytes, whole, damaged or not compressed", () => {
    const members = fc.array(fc.uint8Array({ maxLength: 2_000 }), { minLength: 1, maxLength: 3 });
    const gzip = members.map((parts) => Buffer.concat(parts.map((part) => gzipSync(part))));
    const damaged = fc.tuple(gzip, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      const copy = Buffer.from(bytes);
      copy[2 + (at % (copy.length - 2))] = value;
      return copy;
    });
    const cut = fc.tuple(gzip, fc.nat()).map(([bytes, size]) => bytes.subarray(0, 2 + (size % (bytes.length - 1))));
    const plain = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const payload = fc.oneof(gzip, damaged, cut, plain).map(base64);
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: payload }, fc.string()), (data) => {
        expect(outcome(() => inlineBytes(data, LIMIT, "data"))).toBe(outcome(() => expected(data)));
      }),
      { numRuns: 1000 },
    );
  });

  test("in base64 as lenient as Node's: without padding, for URLs, with white space in it", () => {
    const data = base64(gzipSync(Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251))));
    for (const each of [
      data.replaceAll("=", ""),
      data.replaceAll("+", "-").replaceAll("/", "_"),
      data.replaceAll(/(.{76})/g, "$1\r\n"),
    ])
      expect(outcome(() => inlineBytes(each, LIMIT, "data"))).toBe(outcome(() => expected(data)));
  });

  test.each([1_000, 100_000, 300_000, 2_097_152, 2_097_153, 5_000_000])("of %d bytes", (size) => {
    for (const spread of [1, 251]) {
      const content = Buffer.alloc(size).map((_, i) => ((i * 2_654_435_761) >>> 13) % spread);
      expect(inlineBytes(base64(gzipSync(content)), LIMIT, "data").equals(content)).toBe(true);
    }
  });
});

test("one payload at a time: the next one's bytes may take their place", () => {
  const [first, second] = ["first", "other"].map((text) => base64(gzipSync(text)));
  const bytes = inlineBytes(first as string, LIMIT, "data");
  expect(bytes.toString()).toBe("first");
  expect(inlineBytes(second as string, LIMIT, "data").toString()).toBe("other");
});

test("never more than the limit comes out", () => {
  const data = base64(gzipSync(Buffer.alloc(1000)));
  expect(inlineBytes(data, 1000, "data")).toHaveLength(1000);
  expect(() => inlineBytes(data, 999, "kinesis.data")).toThrow(
    expect.objectContaining({
      code: "EXPANSION_LIMIT",
      message: "kinesis.data: expands beyond maxInlineBytes (999 bytes)",
    }),
  );
});
