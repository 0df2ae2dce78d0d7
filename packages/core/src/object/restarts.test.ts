import { Buffer } from "node:buffer";
import { constants, crc32, gunzipSync, gzipSync, type ZlibOptions, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { SluiceError } from "../errors.ts";
import { type Codec, MAX_RESTART_BYTES, RESTART_EVERY_BYTES, type RestartPoint } from "../ports/codec.ts";
import { ROOMY } from "./contents.testing.ts";
import { type ContentRestart, contents } from "./contents.ts";
import { decompress } from "./decompress.ts";
import { type Decode, expectSameFrom, lent, type Read, readFrom } from "./restarts.testing.ts";
import { openState, sealState } from "./restarts.ts";
import { unzstd } from "./zstd.ts";

const gunzip: Decode = (chunks, restart) => decompress(chunks, ROOMY, undefined, restart);
const zstd: Decode = (chunks, restart) => unzstd(chunks, ROOMY, restart);

/** Numbers that look random, the same each time. */
function numbers(seed: number): (limit: number) => number {
  let value = seed;
  return (limit) => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return Math.floor((value / 2 ** 32) * limit);
  };
}

function noise(size: number, seed = 1): Buffer {
  const next = numbers(seed);
  return Buffer.from(Array.from({ length: size }, () => next(256)));
}

function logLines(size: number, seed = 1): Buffer {
  const next = numbers(seed);
  const lines: string[] = [];
  for (let length = 0; length < size; length += (lines.at(-1) as string).length)
    lines.push(
      `2026-03-0${1 + next(8)}T12:${10 + next(50)}:00Z 10.0.${next(256)}.${next(256)} GET /items/${next(9999)} ${200 + next(5)} ${next(60000)}\n`,
    );
  return Buffer.from(lines.join("").slice(0, size));
}

const part = fc.oneof(
  fc.nat({ max: 9000 }).map((size) => logLines(16 + size, size)),
  fc.nat({ max: 3000 }).map((size) => noise(size, size)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat({ max: 5000 }))
    .map(([period, size]) => Buffer.alloc(size, period)),
);
const content = fc
  .array(part, { maxLength: 6 })
  .chain((parts) => fc.nat({ max: 2 }).map((times) => Buffer.concat(Array(times + 1).fill(Buffer.concat(parts)))));
const options: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
});

/** A header with an extra field, a name and a CRC of itself, in place of zlib's own. */
function headed(gzip: Buffer, extra: Uint8Array): Buffer {
  const size = Buffer.from([extra.length & 255, extra.length >> 8]);
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 14, 1, 2, 3, 4, 0, 3]),
    size,
    extra,
    Buffer.from("name\0"),
  ]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc32(header) & 0xffff);
  return Buffer.concat([header, sum, gzip.subarray(10)]);
}

const member = fc
  .tuple(content, options, fc.option(fc.uint8Array({ maxLength: 60 }), { nil: undefined }))
  .map(([bytes, settings, extra]) => {
    const gzip = gzipSync(bytes, settings);
    return extra === undefined ? gzip : headed(gzip, extra);
  });
const members = fc.tuple(fc.array(member, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 0, 1, 700));
const gzipped = members.map(([all, padding]) => Buffer.concat([...all, Buffer.alloc(padding)]));
const steps = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3000 }), fc.constant(1_000_000));
/** How many points there are to be, or as many as can be. */
const counts = fc.integer({ min: 1, max: 40 });

/** Small data comes byte by byte, and has a point at each of them. */
function cutFor(stored: Uint8Array, step: number, count: number): { step: number; every: number; most: number } {
  const decoded = stored.length > 3000 ? 2 * stored.length : 0;
  return { step: Math.max(step, stored.length >> 11), every: Math.max(1, Math.floor(decoded / count)), most: 6 };
}

describe("gzip, from every point that was offered", () => {
  test("the rest comes, whatever the data, its chunks and the spacing are", async () => {
    const property = fc.asyncProperty(gzipped, steps, counts, async (stored, step, count) => {
      const whole = await expectSameFrom(gunzip, stored, cutFor(stored, step, count));
      expect(whole.code).toBe("fine");
      expect(whole.bytes.equals(gunzipSync(stored))).toBe(true);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test("cut anywhere or changed anywhere, it ends as it does from the beginning", async () => {
    const harm = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const property = fc.asyncProperty(gzipped, steps, counts, harm, async (stored, step, count, [at, mask]) => {
      const place = at % stored.length;
      const bad = mask === 0 ? stored.subarray(0, place) : Buffer.from(stored);
      if (mask !== 0) bad[place] = (bad[place] as number) ^ mask;
      await expectSameFrom(gunzip, bad, cutFor(stored, step, count));
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test("a change behind a point fails by the sums of the whole member, though only its end is read", async () => {
    const stored = gzipSync(noise(400_000), { level: 0 });
    const { points } = await readFrom(gunzip, stored, { step: 1000, every: 100_000 });
    expect(points).toHaveLength(3);
    for (const from of points) {
      const bad = Buffer.from(stored);
      bad[bad.length - 5000] = (bad[bad.length - 5000] as number) ^ 1;
      expect((await readFrom(gunzip, bad, { step: 1000, from })).message).toBe(
        `gzip data is damaged (Z_DATA_ERROR), after ${bad.length} compressed bytes`,
      );
      const short = Buffer.from(stored);
      short[short.length - 4] = (short[short.length - 4] as number) ^ 1;
      expect((await readFrom(gunzip, short, { step: 1000, from })).code).toBe("OBJECT_CORRUPT");
      expect((await readFrom(gunzip, stored.subarray(0, -1), { step: 1000, from })).message).toBe(
        `gzip data ends too early, after ${stored.length - 1} compressed bytes`,
      );
    }
  });

  test("at a member's end the data may end, or go on with zeros; what is behind those is told from that end", async () => {
    const one = gzipSync("a line\n");
    const stored = Buffer.concat([one, one, Buffer.alloc(9), Buffer.from("x")]);
    const { points } = await readFrom(gunzip, stored, { step: 1000, every: 7 });
    expect(points.map((point) => point.stored)).toEqual([one.length, 2 * one.length]);
    const from = points[1] as RestartPoint;
    for (const size of [0, 1, 9])
      expect((await readFrom(gunzip, stored.subarray(0, from.stored + size), { step: 1000, from })).code).toBe("fine");
    // In the same memory, whose last member ended elsewhere.
    expect((await readFrom(gunzip, one, { step: 1000 })).code).toBe("fine");
    expect(await readFrom(gunzip, stored, { step: 1000, from })).toMatchObject({
      code: "OBJECT_CORRUPT",
      message: `data behind the end of the gzip data, after ${from.stored} compressed bytes`,
    });
  });

  const large = Buffer.concat([
    logLines(3_000_000),
    noise(1_000_000),
    Buffer.alloc(3_000_000, "run "),
    logLines(2_000_000, 7),
  ]);
  test.each([
    ["one member", gzipSync(large)],
    ["stored as it is", gzipSync(large, { level: 0 })],
    ["fixed codes", gzipSync(large, { strategy: constants.Z_FIXED })],
    [
      "several members",
      Buffer.concat([gzipSync(large.subarray(0, 4_000_000)), gzipSync(""), gzipSync(large.subarray(4_000_000))]),
    ],
  ])("%s of megabytes: some every %#", async (_, stored) => {
    for (const step of [64 * 1024, 5_000_000]) {
      const whole = await expectSameFrom(gunzip, stored, { step, most: 9 });
      expect([whole.code, whole.bytes.equals(large)]).toEqual(["fine", true]);
      expect(whole.points.length).toBe(Math.floor(large.length / RESTART_EVERY_BYTES));
    }
  });

  test("from one point to the next, the whole of it comes", async () => {
    const stored = Buffer.concat([gzipSync(large), gzipSync("the end\n")]);
    const parts: Buffer[] = [];
    let from: RestartPoint | undefined;
    for (;;) {
      const read: Read = await readFrom(gunzip, stored, { step: 10_000, every: 700_000, ...(from && { from }) });
      const next = read.points[0];
      parts.push(read.bytes.subarray(0, next && next.decoded - (from?.decoded ?? 0)));
      if (next === undefined) break;
      from = next;
    }
    expect(parts.length).toBeGreaterThan(9);
    expect(Buffer.concat(parts).equals(Buffer.concat([large, Buffer.from("the end\n")]))).toBe(true);
  });

  test("points lie in blocks of every kind, between them, and behind members", async () => {
    const some = [{ level: 0 }, { strategy: constants.Z_FIXED }, { level: 9, memLevel: 1 }];
    const stored = Buffer.concat(some.map((settings) => gzipSync(logLines(4000), settings)));
    const places = new Set<number | undefined>();
    const offer = (point: RestartPoint): unknown =>
      places.add(openState({ format: "gzip", version: 1 }, point)[PLACE_AT]);
    for await (const _ of gunzip(lent(stored, 1), { offer, every: 1 }));
    expect([...places].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

/** In an opened state: the CRC, the size of the note, and of that what inflate.c has before the place. */
const PLACE_AT = 6 + 10;

const codeFrom = async (stored: Buffer, from: RestartPoint): Promise<Read> =>
  readFrom(gunzip, stored, { step: 999, from });

describe("a state that is none", () => {
  const text = logLines(200_000);
  const stored = gzipSync(text);
  const offered = readFrom(gunzip, stored, { step: 1000, every: 50_000 }).then(
    ({ points }) => points[1] as RestartPoint,
  );

  test("with any bit changed, cut or longer, or of another place: INTERNAL, and nothing comes out", async () => {
    const point = await offered;
    const change = fc.oneof(
      fc.tuple(fc.nat(point.state.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
        const state = Buffer.from(point.state);
        state[at] = (state[at] as number) ^ mask;
        return { ...point, state };
      }),
      fc.nat(point.state.length - 1).map((size) => ({ ...point, state: point.state.subarray(0, size) })),
      fc
        .uint8Array({ minLength: 1, maxLength: 9 })
        .map((more) => ({ ...point, state: Buffer.concat([point.state, more]) })),
      fc
        .nat(stored.length)
        .filter((at) => at !== point.stored)
        .map((at) => ({ ...point, stored: at })),
      fc
        .nat(200_000)
        .filter((at) => at !== point.decoded)
        .map((at) => ({ ...point, decoded: at })),
    );
    const property = fc.asyncProperty(change, async (from) => {
      const { code, bytes, message } = await codeFrom(stored, from);
      expect([code, bytes.length]).toEqual(["INTERNAL", 0]);
      expect(message).toMatch(
        /^no restart point of gzip data \(after \d+ compressed and \d+ decoded bytes\): its state /,
      );
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test.each([
    ["nothing", Buffer.alloc(0), "its state is 0 bytes long"],
    ["of another version", Buffer.from([9, 0, 0, 0, 0]), "its state is of version 9, this decoder takes 1"],
    ["of a wrong sum", Buffer.from([1, 0, 0, 0, 0]), "its state has a wrong checksum"],
  ])("%s: says so", async (_, state, why) => {
    const { message } = await codeFrom(stored, { stored: 7, decoded: 9, state });
    expect(message).toBe(`no restart point of gzip data (after 7 compressed and 9 decoded bytes): ${why}`);
  });

  test("made up, under a checksum that is right: an error or bytes, and what comes next is as it should be", async () => {
    const point = await offered;
    const honest = openState({ format: "gzip", version: 1 }, point);
    const edits = fc.array(fc.tuple(fc.oneof(fc.nat(25), fc.nat(honest.length - 1)), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    const made = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(edits, fc.nat(honest.length)).map(([all, size]) => {
        const body = Buffer.from(honest);
        for (const [at, byte] of all) body[at] = byte;
        return size % 3 === 0 ? body.subarray(0, size) : body;
      }),
    );
    const property = fc.asyncProperty(made, async (body) => {
      const state = sealState({ format: "gzip", version: 1 }, point, body);
      const { code, bytes } = await codeFrom(stored, { ...point, state });
      // What was changed may never be looked at.
      if (code === "fine") expect(bytes.equals(text.subarray(point.decoded))).toBe(true);
      else expect(["INTERNAL", "OBJECT_CORRUPT", "OBJECT_TRUNCATED"]).toContain(code);
      const next = await readFrom(gunzip, stored, { step: 5000 });
      expect([next.code, next.bytes.length]).toEqual(["fine", 200_000]);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ["another place", (body) => written(body, PLACE_AT, 5)],
    ["eight bits begun", (body) => written(body, PLACE_AT + 2, 8)],
    ["more bits than it says", (body) => written(written(body, PLACE_AT + 2, 2), PLACE_AT + 3, 7)],
    ["287 literals", (body) => written(written(body, 12, 31), 13, 1)],
    ["no distances", (body) => written(body, 14, 0)],
    ["a code of 16 bits", (body) => written(body, PLACE_AT + 4, 16)],
    ["no end of a block", (body) => written(body, PLACE_AT + 4 + 256, 0)],
    ["a window of more than 32 KiB", (body) => Buffer.concat([body, Buffer.from("x")])],
    ["a note that is longer than it may be", (body) => written(body, 5, 255)],
  ])("%s isn't taken", async (_, edit) => {
    const point = await offered;
    const honest = openState({ format: "gzip", version: 1 }, point);
    expect([honest[PLACE_AT], honest.length > 33_000]).toEqual([3, true]);
    const state = sealState({ format: "gzip", version: 1 }, point, edit(Buffer.from(honest)));
    expect(await codeFrom(stored, { ...point, state })).toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(/its state is none that this decoder can be in$/),
    });
  });
});

function written(body: Buffer, at: number, byte: number): Buffer {
  body[at] = byte;
  return body;
}

describe("zstd, from every point that was offered", () => {
  const frame = (bytes: Uint8Array, checksum: number): Buffer =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: checksum } });
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const frames = fc
    .array(
      fc.oneof(
        fc.tuple(content, fc.nat(1)).map(([bytes, sum]) => frame(bytes, sum)),
        fc.constant(skipped),
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .chain((all) => fc.constantFrom(0, 1, 700).map((padding) => Buffer.concat([...all, Buffer.alloc(padding)])));

  test("the rest comes, as it is, cut or changed", async () => {
    const harm = fc.tuple(fc.nat(), fc.integer({ min: -200, max: 255 }));
    const property = fc.asyncProperty(frames, steps, counts, harm, async (stored, step, count, [at, mask]) => {
      const place = at % stored.length;
      const bad = mask === 0 ? stored.subarray(0, place) : Buffer.from(stored);
      if (mask > 0) bad[place] = (bad[place] as number) ^ mask;
      const whole = await readFrom(zstd, bad, cutFor(stored, step, count));
      if (mask < 0) expect(whole.code).toBe("fine");
      for (const from of whole.points) {
        const rest = await readFrom(zstd, bad, { step: 500, from });
        expect([from.stored, rest.code]).toEqual([from.stored, whole.code]);
        // The decoder works ahead: how much of what lies before the damage comes out isn't the same each time.
        const expected = whole.bytes.subarray(from.decoded);
        const shared = Math.min(expected.length, rest.bytes.length);
        expect(rest.bytes.subarray(0, shared).equals(expected.subarray(0, shared))).toBe(true);
        if (whole.code === "fine") expect(rest.bytes.length).toBe(expected.length);
      }
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test("whoever wants points may leave early, and the source is let go", async () => {
    const all = Buffer.concat(Array.from({ length: 40 }, (_, i) => frame(logLines(40_000, i + 1), 1)));
    for (const after of [1, 3, 20]) {
      let closed = false;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* lent(all, 5000);
        } finally {
          closed = true;
        }
      };
      let left = after;
      for await (const _ of unzstd(source(), ROOMY, { offer: () => {}, every: 1 })) if (--left === 0) break;
      expect([left, closed]).toEqual([0, true]);
    }
  });

  test("points are where frames end; one that has a state is none", async () => {
    const parts = [logLines(1_000_000), noise(5000), logLines(800_000, 3), logLines(10, 1)];
    const stored = Buffer.concat([...parts.map((bytes) => frame(bytes, 1)), skipped]);
    const whole = await expectSameFrom(zstd, stored, { step: 300, every: 200_000, most: 9 });
    expect(whole.bytes.equals(Buffer.concat(parts))).toBe(true);
    // The decoder works ahead: that a point is due may be known only at the end of a later frame.
    const ends = [1_000_000, 1_005_000, 1_805_000, 1_805_010];
    expect(ends).toEqual(expect.arrayContaining(whole.points.map(({ decoded }) => decoded)));
    const [from] = whole.points as [RestartPoint];
    expect(from.state.length).toBe(0);
    const bad = await readFrom(zstd, stored, { step: 9, from: { ...from, state: Buffer.from("x") } });
    expect([bad.code, bad.message]).toEqual([
      "INTERNAL",
      `no restart point of zstd data (after ${from.stored} compressed and ${from.decoded} decoded bytes): its state is 1 bytes long, not empty`,
    ]);
    const cut = await readFrom(zstd, stored.subarray(0, from.stored + 40), { step: 9, from });
    expect(cut.message).toBe(`zstd data ends too early, after ${from.stored + 40} compressed bytes`);
  });
});

describe("contents", () => {
  const text = logLines(7_000_000);
  const stored = gzipSync(text);

  interface Opened {
    readonly layers: readonly string[];
    readonly kind: string;
    readonly bytes: Buffer;
    readonly points: readonly RestartPoint[];
  }

  async function opened(
    bytes: Buffer,
    from?: ContentRestart["from"],
    limits = ROOMY,
    codecs: Codec[] = [],
  ): Promise<Opened> {
    const points: RestartPoint[] = [];
    const restart = { from, offer: (point: RestartPoint) => points.push(point) };
    const body = lent(bytes.subarray(from?.stored ?? 0), 50_000);
    const all = contents(
      { size: bytes.length, body },
      { compression: "auto", codecs, limits, header: () => undefined, restart },
    );
    for await (const found of all) {
      if (found.kind === "rows") throw new TypeError("rows aren't bytes");
      const parts: Buffer[] = [];
      for await (const chunk of found.chunks) parts.push(Buffer.from(chunk));
      return { layers: found.layers, kind: found.kind, bytes: Buffer.concat(parts), points };
    }
    throw new TypeError("no content");
  }

  test("go on from the points that they offer, which are as far apart as is said", async () => {
    const whole = await opened(stored);
    expect(whole.points).toHaveLength(3);
    for (const point of whole.points) {
      const rest = await opened(stored, { ...point, compression: "gzip" });
      expect([rest.kind, rest.layers]).toEqual(["bytes", ["gzip"]]);
      expect(rest.bytes.equals(text.subarray(point.decoded))).toBe(true);
      expect(point.state.length).toBeLessThanOrEqual(MAX_RESTART_BYTES);
    }
  });

  test("what comes out of a point isn't looked at again", async () => {
    const inner = gzipSync(noise(3_000_000));
    const packed = Buffer.concat([gzipSync(text.subarray(0, 2_500_000)), gzipSync(inner)]);
    const { points } = await opened(packed);
    const atInner = (await readFrom(gunzip, packed, { step: 1_000_000, every: 2_500_000 })).points[0] as RestartPoint;
    expect([atInner.decoded, points.length]).toEqual([2_500_000, 2]);
    const rest = await opened(packed, { ...atInner, compression: "gzip" });
    expect([rest.layers, rest.bytes.equals(inner)]).toEqual([["gzip"], true]);
  });

  test("offer the points of the outermost layer alone", async () => {
    const twice = gzipSync(gzipSync(noise(5_000_000)), { level: 0 });
    const { layers, points } = await opened(twice);
    expect(layers).toEqual(["gzip", "gzip"]);
    expect(points.map((point) => point.stored > point.decoded)).toEqual([true, true]);
    const plain = await opened(text);
    expect([plain.layers, plain.points]).toEqual([[], []]);
  });

  test("keep to the limits of the whole object", async () => {
    const { points } = await opened(stored);
    const from = { ...(points[1] as RestartPoint), compression: "gzip" as const };
    const exact = { ...ROOMY, maxExpandedBytes: text.length };
    expect((await opened(stored, from, exact)).bytes.length).toBe(text.length - from.decoded);
    const failure = {
      code: "EXPANSION_LIMIT",
      message: `object expands beyond maxExpandedBytes (${text.length - 1} bytes)`,
    };
    await expect(opened(stored, from, { ...exact, maxExpandedBytes: text.length - 1 })).rejects.toMatchObject(failure);
  });

  test("set what comes out against all that was read, also before", async () => {
    const runs = gzipSync(Buffer.alloc(80_000_000, "run "));
    const { points } = await opened(runs, undefined, { ...ROOMY, maxExpansionRatio: 10_000 });
    const from = { ...(points.at(-1) as RestartPoint), compression: "gzip" as const };
    const ratio = 80_000_000 / runs.length;
    const bytes = (await opened(runs, from, { ...ROOMY, maxExpansionRatio: ratio + 1 })).bytes.length;
    expect(bytes).toBe(80_000_000 - from.decoded);
    const tight = { ...ROOMY, maxExpansionRatio: ratio - 1 };
    await expect(opened(runs, from, tight)).rejects.toMatchObject({ code: "EXPANSION_LIMIT" });
  });

  test.each(["zlib", "parquet", "none", "snappy"] as const)(
    "can't go on with %s, and let go of the body",
    async (compression) => {
      let closed = false;
      const body = (async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield stored;
        } finally {
          closed = true;
        }
      })();
      await body.next();
      const from = { stored: 1, decoded: 1, state: Buffer.alloc(0), compression };
      const all = contents(
        { size: 9, body },
        { compression: "auto", codecs: [], limits: ROOMY, header: () => undefined, restart: { from } },
      );
      await expect(all.next()).rejects.toMatchObject({
        code: "INTERNAL",
        message: `${compression} data can't be gone on with: no codec here does so`,
      });
      expect(closed).toBe(true);
    },
  );
});

test("a fault of the source comes through as it is, behind a point as anywhere", async () => {
  const stored = gzipSync(logLines(100_000));
  const [from] = (await readFrom(gunzip, stored, { step: 100, every: 30_000 })).points as [RestartPoint];
  const fault = new SluiceError("RESET", "the connection was reset");
  const chunks = (async function* (): AsyncGenerator<Uint8Array> {
    yield stored.subarray(from.stored, from.stored + 50);
    throw fault;
  })();
  const read = async (): Promise<void> => {
    for await (const _ of decompress(chunks, ROOMY, undefined, { from }));
  };
  await expect(read()).rejects.toBe(fault);
});

test("where WebAssembly isn't there, no points are offered, and none is taken", async () => {
  vi.resetModules();
  vi.doMock(import("./inflate-kernel.ts"), async (original) => ({
    ...(await original()),
    takeInflater: () => undefined,
  }));
  const other = await import("./decompress.ts");
  vi.doUnmock("./inflate-kernel.ts");
  const stored = gzipSync(logLines(300_000));
  const [from] = (await readFrom(gunzip, stored, { step: 1000, every: 100_000 })).points as [RestartPoint];
  const points: RestartPoint[] = [];
  const offer = (point: RestartPoint): unknown => points.push(point);
  const parts: Uint8Array[] = [];
  for await (const part of other.decompress(lent(stored, 1000), ROOMY, undefined, { offer, every: 1 }))
    parts.push(part);
  expect([Buffer.concat(parts).length, points]).toEqual([300_000, []]);
  await expect(other.decompress(lent(stored, 1000), ROOMY, undefined, { from }).next()).rejects.toMatchObject({
    code: "INTERNAL",
    message: "gzip data can't be gone on with where WebAssembly isn't there",
  });
});
