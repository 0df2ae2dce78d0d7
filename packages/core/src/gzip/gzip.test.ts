import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SOURCE_SHA256 } from "./deflate-wasm.ts";
import { gzip } from "./gzip.ts";

/** As in deflate.c: what is compressed at a time, how far back matches reach, and how much is put out before it is taken. */
const PIECE = 128 * 1024;
const WINDOW = 32 * 1024;
const OUTPUT = 1024 * 1024;

function expectSameAt(level: number, bytes: Uint8Array): void {
  const gzipped = gzip(bytes, level);
  // Not toEqual, which takes seconds for megabytes.
  expect(gunzipSync(gzipped).equals(bytes)).toBe(true);
  // What can't be compressed is stored, each piece in up to three parts of a 5-byte head.
  expect(gzipped.length).toBeLessThanOrEqual(bytes.length + 15 * Math.ceil((bytes.length + 1) / PIECE) + 18);
}

/** The same numbers below 256 each time. */
function noise(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function documents(count: number, seed = 1): Buffer {
  const values = noise(count * 8, seed);
  return Buffer.from(
    Array.from({ length: count }, (_, i) => {
      const id = values.subarray(i * 8, i * 8 + 8).toString("hex");
      return `{"index":{"_id":"${id}"}}\n{"n":${i},"message":"GET /v1/orders/${id.slice(3, 9)} 200","agent":"Mozilla/5.0"}\n`;
    }).join(""),
  );
}

/** Pieces of text over few letters, repeats of what was there, and runs: what matching is about. */
const structured: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes: Buffer.from(bytes) })),
      fc.uint8Array({ min: 97, max: 99, maxLength: 60 }).map((bytes) => ({ bytes: Buffer.from(bytes) })),
      fc.record({ run: fc.integer({ min: 1, max: 700 }), of: fc.nat(255) }),
      fc.record({ back: fc.integer({ min: 1, max: 70_000 }), size: fc.integer({ min: 1, max: 600 }) }),
      fc.record({ noise: fc.integer({ min: 1, max: 40_000 }), seed: fc.nat(1000) }),
    ),
    { maxLength: 60 },
  )
  .map((steps) => {
    let bytes = Buffer.alloc(0);
    for (const step of steps) {
      if ("bytes" in step) bytes = Buffer.concat([bytes, step.bytes]);
      else if ("run" in step) bytes = Buffer.concat([bytes, Buffer.alloc(step.run, step.of)]);
      else if ("noise" in step) bytes = Buffer.concat([bytes, noise(step.noise, step.seed)]);
      else {
        const from = Math.max(0, bytes.length - step.back);
        bytes = Buffer.concat([bytes, bytes.subarray(from, from + step.size)]);
      }
    }
    return bytes;
  });

describe.each([1, 6])("gzip at level %i", (level) => {
  const zipped = (bytes: Uint8Array): Buffer => gzip(bytes, level);
  const expectSame = (bytes: Uint8Array): void => expectSameAt(level, bytes);

  it("loses nothing of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => expectSame(bytes)),
      { numRuns: 500 },
    );
  });

  it("loses nothing of bytes that repeat, in part, near and far", () => {
    fc.assert(
      fc.property(structured, (bytes) => expectSame(bytes)),
      { numRuns: 200 },
    );
  });

  it.each([
    0, 1, 2, 3, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 33, 257, 258, 259, 260, 261, 262, 515, 516, 517, 518, 519,
  ])("handles %i bytes, alike or not", (size) => {
    for (let more = 0; more < 20; more++) {
      expectSame(Buffer.alloc(size + more));
      expectSame(Buffer.alloc(size + more, 0xff));
      expectSame(noise(size + more));
      expectSame(Buffer.concat([noise(40), Buffer.alloc(size + more, "ab"), noise(more)]));
    }
  });

  it.each([WINDOW, 0xffff, 2 * 0xffff, PIECE, 2 * PIECE, OUTPUT - PIECE, OUTPUT, OUTPUT + PIECE])(
    "handles about %i bytes",
    (limit) => {
      const random = randomBytes(limit + 20);
      const text = documents(Math.ceil(limit / 100));
      for (const size of [limit - 17, limit - 13, limit - 12, limit - 1, limit, limit + 1, limit + 12, limit + 13]) {
        expectSame(random.subarray(0, size));
        expectSame(text.subarray(0, size));
        expectSame(Buffer.alloc(size));
      }
    },
  );

  it("reaches as far back as deflate can, and no farther", () => {
    for (const distance of [WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - 1, 2 * WINDOW, 2 * WINDOW + 1]) {
      for (const before of [0, 1000, PIECE - distance, PIECE - 5]) {
        const repeated = noise(200, 7);
        const bytes = Buffer.concat([noise(before, 3), repeated, noise(distance - 200, 5), repeated, noise(50, 9)]);
        expectSame(bytes);
      }
    }
    const sizeAt = (distance: number): number =>
      zipped(Buffer.concat([noise(200), Buffer.alloc(distance - 200), noise(200)])).length;
    expect(sizeAt(WINDOW)).toBeLessThan(400);
    expect(sizeAt(WINDOW + 1)).toBeGreaterThan(400);
  });

  it("takes megabytes of what can't be compressed, which come out in several parts", () => {
    expectSame(randomBytes(3 * OUTPUT + 12_345));
  });

  it("takes megabytes of what all but disappears", () => {
    const zeros = Buffer.alloc(20_000_000);
    expectSame(zeros);
    expect(zipped(zeros).length).toBeLessThan(zeros.length / 900);
  });

  it("finds what documents have in common", () => {
    const bytes = documents(20_000);
    expectSame(bytes);
    expect(zipped(bytes).length).toBeLessThan(bytes.length / 4);
  });

  it("handles bytes so unevenly frequent that their codes had to be cut", () => {
    // Fibonacci's numbers make the deepest trees; spread out so that nothing repeats.
    const counts = [1, 1];
    while (counts.length < 24) counts.push((counts.at(-1) as number) + (counts.at(-2) as number));
    const bytes = Buffer.concat(counts.map((count, value) => Buffer.alloc(count, value)));
    const places = noise(bytes.length * 4, 11);
    for (let i = bytes.length - 1; i > 0; i--) {
      const j = places.readUInt32LE(i * 4) % (i + 1);
      [bytes[i], bytes[j]] = [bytes[j] as number, bytes[i] as number];
    }
    expectSame(bytes.subarray(0, PIECE));
    expectSame(bytes.subarray(0, PIECE / 2));
  });

  it("makes of the same bytes the same, whatever came before", () => {
    const inputs = [
      documents(3000),
      noise(5000),
      Buffer.alloc(0),
      documents(20),
      documents(3000, 2),
      Buffer.alloc(70_000, "x"),
    ];
    const first = inputs.map((bytes) => zipped(bytes));
    for (let round = 0; round < 3; round++) {
      const again = inputs.toReversed().map((bytes) => zipped(bytes));
      expect(again.toReversed()).toEqual(first);
    }
  });

  it("returns a buffer that later calls leave alone, with nothing else behind it", () => {
    const first = zipped(documents(100));
    const copy = Buffer.from(first);
    zipped(documents(200, 2));
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it("takes bytes from the middle of a buffer, and leaves them as they are", () => {
    const all = documents(500);
    const part = all.subarray(777, 40_777);
    const copy = Buffer.from(part);
    expectSame(part);
    expect(part.equals(copy)).toBe(true);
  });

  it("has a header that tells no time", () => {
    expect(Buffer.from(zipped(documents(1)).subarray(0, 10)).toString("hex")).toBe(
      `1f8b0800000000000${level === 1 ? 4 : 0}ff`,
    );
  });
});

describe("without WebAssembly's SIMD", () => {
  afterEach(() => {
    vi.doUnmock("../bytes/wasm.ts");
    vi.resetModules();
  });

  it("has zlib make the same bytes' member, and tries the kernel once", async () => {
    vi.resetModules();
    const instantiate = vi.fn(() => {
      throw new Error("no SIMD");
    });
    vi.doMock("../bytes/wasm.ts", async (original) => ({ ...(await original<object>()), instantiate }));
    const { gzip: gzipFallback } = await import("./gzip.ts");
    for (const bytes of [Buffer.alloc(0), documents(300), noise(1000)]) {
      expect(gunzipSync(gzipFallback(bytes, 1)).equals(bytes)).toBe(true);
    }
    expect(instantiate).toHaveBeenCalledTimes(1);
  });
});

describe("deflate-wasm.ts", () => {
  it("was made from deflate.c as it is", () => {
    const source = readFileSync(new URL("deflate.c", import.meta.url));
    expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
  });
});
