import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { gzip } from "./gzip.ts";
import { GZIP_PIECE_BYTES, GzipMember } from "./member.ts";

function documents(count: number, seed: number): Buffer {
  const line = (i: number): string =>
    `{"message":"GET /v1/orders/${(i * 7919 + seed).toString(36)} 200","n":${i},"agent":"Mozilla/5.0"}\n`;
  return Buffer.from(Array.from({ length: count }, (_, i) => line(i)).join(""));
}

/** As batches are filled: what is left of each push stays for the next. */
function member(level: number, bytes: Uint8Array, step: number, between: () => void = () => {}): Buffer {
  const out = new ByteWriter();
  const building = new GzipMember(level, out);
  let from = 0;
  for (let to = step; to < bytes.length; to += step) {
    from += building.take(bytes.subarray(from, to));
    between();
  }
  building.end(bytes.subarray(from));
  return out.view();
}

const TEXT = documents(30_000, 1);
const LEVELS = [1, 6, 7, 9];

describe.each(LEVELS)("level %i", (level) => {
  it.each([
    0,
    1,
    1000,
    GZIP_PIECE_BYTES - 1,
    GZIP_PIECE_BYTES,
    GZIP_PIECE_BYTES + 1,
    2 * GZIP_PIECE_BYTES,
    TEXT.length,
  ])("loses nothing of %i bytes, and makes the same of them in whatever steps they come", (size) => {
    const bytes = TEXT.subarray(0, size);
    const whole = member(level, bytes, bytes.length + 1);
    expect(gunzipSync(whole).equals(bytes)).toBe(true);
    for (const step of [100_001, GZIP_PIECE_BYTES, 1_500_000])
      expect(member(level, bytes, step).equals(whole)).toBe(true);
  });

  it("makes the same while others are made in between", () => {
    const others = [1, 6].map((other) => new GzipMember(other, new ByteWriter()));
    const between = (): void => {
      gzip(documents(3000, 5), 1);
      for (const other of others) other.take(documents(8000, 7).subarray(0, GZIP_PIECE_BYTES));
    };
    const alone = member(level, TEXT, 300_000);
    expect(member(level, TEXT, 300_000, between).equals(alone)).toBe(true);
  });

  it("matches reach over the pieces' ends", () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff));
    const around = Buffer.concat([Buffer.alloc(GZIP_PIECE_BYTES - 2000), noise, noise]);
    const apart = Buffer.concat([Buffer.alloc(GZIP_PIECE_BYTES - 2000), noise]);
    expect(member(level, around, 1e9).length).toBeLessThan(member(level, apart, 1e9).length + 200);
  });

  it("has no time or name in its header", () => {
    expect(member(level, TEXT, 1e9).subarray(0, 8).toString("hex")).toBe("1f8b080000000000");
  });
});

test.each([1, 2, 6])("level %i in pieces is what it is as a whole", (level) => {
  expect(member(level, TEXT, 200_000).equals(gzip(TEXT, level))).toBe(true);
});

test("bytes of any kind, in any steps", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.record({ of: fc.nat(255), size: fc.nat(400_000) }).map(({ of, size }) => Buffer.alloc(size, of)),
    fc.record({ count: fc.nat(9000), seed: fc.nat() }).map(({ count, seed }) => documents(count, seed)),
  );
  const steps = fc.record({
    parts: fc.array(part, { maxLength: 6 }),
    level: fc.constantFrom(1, 6, 7),
    step: fc.integer({ min: 20_000, max: 2_000_000 }),
  });
  fc.assert(
    fc.property(steps, ({ parts, level, step }) => {
      const bytes = Buffer.concat(parts);
      expect(gunzipSync(member(level, bytes, step)).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe("without WebAssembly's SIMD", () => {
  afterEach(() => {
    vi.doUnmock("../bytes/wasm.ts");
    vi.resetModules();
  });

  it("level 1 is zlib's", async () => {
    vi.resetModules();
    const instantiate = (): never => {
      throw new Error("no SIMD");
    };
    vi.doMock("../bytes/wasm.ts", async (original) => ({ ...(await original<object>()), instantiate }));
    const { GzipMember: Fallback } = await import("./member.ts");
    const out = new ByteWriter();
    new Fallback(1, out).end(TEXT);
    expect(gunzipSync(out.view()).equals(TEXT)).toBe(true);
  });
});
