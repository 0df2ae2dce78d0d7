import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { constants, crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompress } from "./decompress.ts";
import { InflateError, Inflater, putBack, takeInflater } from "./inflate-kernel.ts";
import { SOURCE_SHA256 } from "./inflate-wasm.ts";

test("the committed module was compiled from the committed source", () => {
  const source = readFileSync(path.join(import.meta.dirname, "inflate.c"));
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

/** One for all tests: nothing may be left of what it decoded before. */
const inflater = new Inflater();

interface Read {
  readonly bytes: Buffer;
  readonly code: string;
}

function read(chunks: Iterable<Uint8Array>): Read {
  const pieces: Buffer[] = [];
  inflater.start();
  try {
    for (const chunk of chunks) for (const piece of inflater.decode(chunk)) pieces.push(Buffer.from(piece));
    inflater.finish();
    return { bytes: Buffer.concat(pieces), code: "fine" };
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    return { bytes: Buffer.concat(pieces), code: error.code };
  }
}

function* chunked(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const bytewise = (bytes: Uint8Array): Iterable<Uint8Array> => chunked(bytes, 1);

const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

function member(deflated: Uint8Array, content: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content));
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([Buffer.from(HEADER), deflated, trailer]);
}

/** Text of few words, repeats of every distance, rare and frequent bytes, and what can't be made smaller. */
const part = fc.oneof(
  fc.constantFrom("GET /index.html 200 ", "elasticloadbalancing:eu-central-1", "\n").map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat({ max: 2000 }))
    .map(([period, size]) => Buffer.alloc(size, period)),
  fc
    .nat({ max: 4000 })
    .map((size) => Buffer.from(Array.from({ length: size }, (_, i) => Math.clz32((i * 40503) & 65535)))),
  fc.nat({ max: 1000 }).map((size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * i * 2654435761) >>> 13))),
);
const content = fc
  .array(part, { maxLength: 8 })
  .chain((parts) => fc.nat({ max: 3 }).map((times) => Buffer.concat(Array(times + 1).fill(Buffer.concat(parts)))));
const options: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ),
});

describe("what zlib makes", () => {
  test("of any content, with any settings, comes back, whatever the chunks are", () => {
    const property = fc.property(content, options, fc.integer({ min: 1, max: 1000 }), (bytes, settings, size) => {
      const gzip = gzipSync(bytes, settings);
      for (const chunks of [[gzip], bytewise(gzip), chunked(gzip, size)]) {
        const { bytes: back, code } = read(chunks);
        expect([code, back.equals(bytes)]).toEqual(["fine", true]);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  test("of more than the memory holds comes in pieces, each no longer than what readers are used to", () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >>> (i % 13)));
    for (const level of [0, 1, 9]) {
      const gzip = gzipSync(bytes, { level });
      inflater.start();
      const pieces = [...inflater.decode(gzip)].map((piece) => piece.length);
      expect(Math.max(...pieces)).toBeLessThanOrEqual(256 * 1024);
      for (const size of [gzip.length, 64 * 1024, 1000])
        expect(read(chunked(gzip, size)).bytes.equals(bytes)).toBe(true);
    }
  });
});

describe("what is no gzip", () => {
  /** By zlib: what a deflate stream holds and how long it is. */
  function byZlib(deflated: Uint8Array): { readonly buffer: Buffer; readonly used: number } | undefined {
    try {
      const result = inflateRawSync(deflated, { info: true }) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      return { buffer: result.buffer, used: result.engine.bytesWritten };
    } catch {
      return undefined;
    }
  }

  test("with any bytes changed: as zlib judges, behind checks that are right", () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const property = fc.property(
      content,
      options,
      edits,
      fc.integer({ min: 1, max: 99 }),
      (bytes, settings, all, size) => {
        const deflated = deflateRawSync(bytes, settings);
        // Two times out of three near the beginning, where codes are described.
        for (const [at, byte] of all)
          deflated[at % (at % 3 === 0 ? deflated.length : Math.min(deflated.length, 80))] = byte;
        const expected = byZlib(deflated);
        const gzip = member(deflated.subarray(0, expected?.used), expected?.buffer ?? bytes);
        for (const chunks of [[gzip], chunked(gzip, size)]) {
          const { bytes: back, code } = read(chunks);
          expect(code === "fine").toBe(expected !== undefined);
          if (expected !== undefined) expect(back.equals(expected.buffer)).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 800 });
  });

  /** Bits, the first one lowest; numbers as [value, bits]. */
  function packed(...fields: readonly (readonly [value: number, bits: number])[]): Buffer {
    const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
    const bytes = Buffer.alloc(Math.ceil(bits.length / 8) + 20);
    for (const [i, bit] of bits.entries()) bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (i & 7));
    return bytes;
  }

  test.each([
    ["a block of the fourth kind", packed([1, 1], [3, 2])],
    ["a stored block whose size is not said twice", packed([1, 1], [0, 2], [0, 5], [5, 16], [5, 16])],
    ["a distance before the beginning", packed([1, 1], [1, 2], [0b1000000, 7], [0, 5])],
    ["length code 286", packed([1, 1], [1, 2], [0b01100011, 8])],
    ["distance code 30", packed([1, 1], [1, 2], [0b00001100, 8], [0b1000000, 7], [0b01111, 5])],
    ["287 literals", packed([1, 1], [2, 2], [30, 5], [0, 5], [0, 4])],
    ["31 distances", packed([1, 1], [2, 2], [0, 5], [30, 5], [0, 4])],
    ["too many codes", packed([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [1, 3])],
    ["too few codes", packed([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [2, 3], [2, 3], [2, 3])],
    ["no code at all", packed([1, 1], [2, 2], [0, 5], [0, 5], [0, 4])],
    ["a repeat of nothing", packed([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [1, 3], [1, 3])],
  ])("%s", (_, deflated) => {
    expect(byZlib(deflated)).toBeUndefined();
    const gzip = member(deflated, Buffer.alloc(0));
    expect(read([gzip]).code).toBe("Z_DATA_ERROR");
    expect(read(bytewise(gzip)).code).toBe("Z_DATA_ERROR");
  });
});

describe("the header", () => {
  const text = "content\n";
  const plain = gzipSync(text);
  const TEXT_FLAG = 1;
  const NAMES = 8 + 16;

  /** With any fields, and a CRC of all of it if wanted. */
  function headed(flags: number, extra: Uint8Array | undefined, names: string, crc = 0): Buffer {
    const header = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, flags | (extra === undefined ? 0 : 4) | (crc === 0 ? 0 : 2), 1, 2, 3, 4, 0, 3]),
      ...(extra === undefined ? [] : [Buffer.from([extra.length & 255, extra.length >> 8]), extra]),
      Buffer.from(names),
    ]);
    const sum = Buffer.alloc(crc === 0 ? 0 : 2);
    if (crc !== 0) sum.writeUInt16LE(((crc32(header) & 0xffff) + crc - 1) & 0xffff);
    return Buffer.concat([header, sum, plain.subarray(10)]);
  }

  test.each([
    ["of ten bytes", plain],
    ["with an extra field", headed(TEXT_FLAG, Buffer.alloc(300, 1), "")],
    ["with an empty extra field", headed(0, Buffer.alloc(0), "")],
    ["with name and comment", headed(NAMES, undefined, "name\0comment\0")],
    ["with a long name", headed(8, undefined, `${"x".repeat(200_000)}\0`)],
    ["with all there is", headed(NAMES, Buffer.alloc(70_000 - 65_536, 7), "\0\0", 1)],
  ])("%s is passed over", (_, gzip) => {
    expect(gunzipSync(gzip).toString()).toBe(text);
    for (const chunks of [[gzip], bytewise(gzip)])
      expect(read(chunks)).toEqual({ bytes: Buffer.from(text), code: "fine" });
    expect(read([gzip, gzip])).toEqual({ bytes: Buffer.from(text + text), code: "fine" });
  });

  test.each([
    ["another method", Buffer.from([0x1f, 0x8b, 7, 0])],
    ["a flag that nobody knows", headed(32, undefined, "")],
    ["a CRC that is not its own", headed(0, undefined, "", 2)],
  ])("with %s is refused", (_, gzip) => {
    expect(read([gzip]).code).toBe("Z_DATA_ERROR");
    expect(() => gunzipSync(gzip)).toThrow();
  });
});

test("objects that are decoded at the same time don't meet, and those after them use the same memory", async () => {
  const roomy = { maxExpandedBytes: 2 ** 40 };
  const contents = Array.from({ length: 8 }, (_, i) => Buffer.alloc(600_000, `object ${i}, `.repeat(1 + i)));
  async function once(bytes: Buffer): Promise<void> {
    const pieces: Buffer[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* chunked(gzipSync(bytes), 500);
    }
    for await (const piece of decompress(source(), roomy)) {
      await new Promise(setImmediate);
      pieces.push(Buffer.from(piece));
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  }
  await Promise.all(contents.map(once));
  const all = contents.map(() => takeInflater() as Inflater);
  expect(new Set(all).size).toBe(contents.length);
  for (const each of all) putBack(each);
  await Promise.all(contents.map(once));
  expect(contents.every(() => all.includes(takeInflater() as Inflater))).toBe(true);
});

test("one whose reader left early is left to it, with its last piece", async () => {
  async function first(text: string): Promise<Uint8Array | undefined> {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text);
    }
    for await (const piece of decompress(source(), { maxExpandedBytes: 100 })) return piece;
    return undefined;
  }
  const piece = (await first("one")) as Uint8Array;
  await first("two");
  expect(Buffer.from(piece).toString()).toBe("one");
});
