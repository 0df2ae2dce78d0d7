import { readFileSync } from "node:fs";
import node from "node:process";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { SluiceError } from "../errors.ts";
import type { DecodeLimits } from "../ports/codec.ts";
import { decodedBytes, ROOMY } from "./contents.testing.ts";

interface Source extends AsyncIterable<Uint8Array> {
  /** Chunks handed out, and whether the reader let go of it. */
  given: number;
  closed: boolean;
}

/** `fault` is thrown once the chunks are through. */
function sourceOf(chunks: readonly Uint8Array[], fault?: Error): Source {
  const source: Source = {
    given: 0,
    closed: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (const chunk of chunks) {
          source.given += 1;
          yield chunk;
        }
        if (fault !== undefined) throw fault;
      } finally {
        source.closed = true;
      }
    },
  };
  return source;
}

/** Content, and as it lies. */
interface Contents {
  readonly stored: Buffer;
  readonly bytes: Buffer;
}

interface Read {
  readonly bytes: Buffer;
  readonly error: unknown;
}

async function readAll(
  source: AsyncIterable<Uint8Array>,
  limits: Partial<DecodeLimits> = ROOMY,
  size?: number,
): Promise<Read> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of decodedBytes({ body: source, size }, { limits })) chunks.push(Buffer.from(chunk));
    return { bytes: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
}

/** Decoded as a stream; when the size is known, or known wrongly, the same must come out. */
async function decoded(...chunks: readonly Uint8Array[]): Promise<Read> {
  const streamed = await readAll(sourceOf(chunks));
  const total = Buffer.concat(chunks).length;
  for (const size of [total, total - 1]) {
    const known = await readAll(sourceOf(chunks), ROOMY, size);
    expect(codeOf(known)).toBe(codeOf(streamed));
    if (streamed.error === undefined) expect(known.bytes.equals(streamed.bytes)).toBe(true);
  }
  return streamed;
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));
const codeOf = ({ error }: Read): string =>
  error === undefined ? "fine" : error instanceof SluiceError ? error.code : String(error);

const TEXT = Buffer.from(Array.from({ length: 40 }, (_, i) => `line ${i} of the file\n`).join(""));
const ONE = gzipSync(TEXT);
const NEXT = gzipSync("of another member\n");

describe("whatever the chunks are", () => {
  /** What compressed data of some kind begins with: gzip, zlib, zstd (and its skippable frames), and what nothing here decodes. */
  const FIRST = [0x1f, 0x78, 0x28, 0x50, 0x51, 0x5f, 0xfd, 0x04, 0x37, 0x52];
  const isPlain = ([first = 0]: Uint8Array): boolean => !FIRST.includes(first) && (first & 0xf0) !== 0x50;
  const own = (bytes: Uint8Array): Contents => ({ stored: Buffer.from(bytes), bytes: Buffer.from(bytes) });
  const contents: fc.Arbitrary<Contents> = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).filter(isPlain).map(own),
    fc
      .array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 4 })
      .filter((members) => isPlain(Buffer.concat(members)))
      .map((members) => ({
        stored: Buffer.concat(members.map((each) => gzipSync(each))),
        bytes: Buffer.concat(members),
      })),
    // The first byte of some compression, and then not its second.
    fc
      .tuple(fc.constantFrom(...FIRST), fc.option(fc.uint8Array({ maxLength: 9 }), { nil: undefined }))
      .map(([first, tail]) => own(tail === undefined ? Buffer.from([first]) : Buffer.from([first, 0, ...tail]))),
  );

  test("the same bytes come out, plain or gzip", async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    const property = fc.asyncProperty(contents, cuts, async ({ stored, bytes }, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (stored.length + 1)), stored.length].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, i) => stored.subarray(places[i], end));
      const expected = { bytes, error: undefined };
      expect(await decoded(...chunks)).toEqual(expected);
      expect(await decoded(...bytewise(stored))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test.each([
    ["an empty object", [], ""],
    ["empty chunks", [new Uint8Array(0), new Uint8Array(0)], ""],
    ["one byte", [Buffer.from("a")], "a"],
    ["the first byte of a gzip magic alone", [Buffer.from([0x1f])], "\x1f"],
    ["gzip of nothing", [gzipSync("")], ""],
  ])("%s", async (_, chunks, text) => {
    expect(await decoded(...chunks)).toEqual({ bytes: Buffer.from(text), error: undefined });
  });
});

test("gzip of several members, as appended files and the fixture have them", async () => {
  const path = new URL("../../../../fixtures/objects/acme-app-logs/text/multi-member.log.gz", import.meta.url);
  expect((await decoded(readFileSync(path))).bytes.toString().split("\n")).toHaveLength(6);
  expect((await decoded(...bytewise(Buffer.concat([ONE, NEXT])))).bytes.toString()).toBe(`${TEXT}of another member\n`);
});

describe("what follows the last member", () => {
  test.each([
    ["zeros, as tapes pad with", Buffer.alloc(1000), "fine"],
    ["text", Buffer.from("not gzip at all\n"), "OBJECT_CORRUPT"],
    ["more than the decoder takes at once", Buffer.alloc(200_000, "x"), "OBJECT_CORRUPT"],
    ["zeros, then another member", Buffer.concat([Buffer.alloc(8), NEXT]), "OBJECT_CORRUPT"],
    ["many zeros, then a byte", Buffer.concat([Buffer.alloc(200_000), Buffer.from("x")]), "OBJECT_CORRUPT"],
    ["a member whose first byte became zero", Buffer.concat([Buffer.alloc(1), NEXT.subarray(1)]), "OBJECT_CORRUPT"],
    ["a member cut after its first byte", NEXT.subarray(0, 1), "OBJECT_TRUNCATED"],
    ["a member cut short", NEXT.subarray(0, -1), "OBJECT_TRUNCATED"],
  ])("%s", async (_, tail, code) => {
    const whole = Buffer.concat([ONE, tail]);
    for (const chunks of [[whole], [ONE, tail], [whole.subarray(0, -1), whole.subarray(-1)]]) {
      expect(codeOf(await decoded(...chunks))).toBe(code);
    }
    const apart = await decoded(...bytewise(whole.subarray(0, ONE.length)), tail);
    expect(apart.bytes.subarray(0, TEXT.length).equals(TEXT)).toBe(true);
  });
});

describe("damage", () => {
  test("cut anywhere: OBJECT_TRUNCATED, and nothing but the beginning of the content before it", async () => {
    for (let size = 2; size < ONE.length; size++) {
      const cut = await decoded(ONE.subarray(0, size));
      expect(codeOf(cut)).toBe("OBJECT_TRUNCATED");
      expect(cut.bytes.equals(TEXT.subarray(0, cut.bytes.length))).toBe(true);
    }
  });

  test("any byte changed: found out, or of no effect on the content", async () => {
    const codes = new Set<string>();
    for (let at = 2; at < ONE.length; at++) {
      for (const mask of [0x01, 0xff]) {
        const bad = Buffer.from(ONE);
        bad.writeUInt8((bad[at] as number) ^ mask, at);
        const read = await decoded(bad);
        codes.add(codeOf(read));
        if (read.error === undefined) expect(read.bytes.equals(TEXT)).toBe(true);
      }
    }
    expect([...codes].sort()).toEqual(["OBJECT_CORRUPT", "OBJECT_TRUNCATED", "fine"]);
  });

  test("errors say where, and keep the cause", async () => {
    const behind = await decoded(ONE, Buffer.alloc(9), NEXT);
    expect(behind.error).toMatchObject({
      message: `data behind the end of the gzip data, after ${ONE.length} compressed bytes`,
    });
    const damaged = await decoded(ONE.subarray(0, 2), Buffer.from([9, 0, 0]));
    expect(damaged.error).toMatchObject({
      message: expect.stringMatching(/\(Z_DATA_ERROR\), after \d compressed bytes$/),
    });

    const { error } = await decoded(ONE.subarray(0, -3));
    expect(error).toMatchObject({
      message: `gzip data ends too early, after ${ONE.length - 3} compressed bytes`,
      cause: { code: "Z_BUF_ERROR" },
    });
  });
});

describe("the limit on what comes out", () => {
  const member = gzipSync(Buffer.alloc(5_000_000));
  const bomb = Array.from({ length: 100 }, () => member);

  test("stops a gzip bomb soon after the limit, and lets go of the source", async () => {
    const source = sourceOf(bomb);
    const read = await readAll(source, { maxExpandedBytes: 1_000_000 });
    const small = await readAll(sourceOf([member]), { maxExpandedBytes: 1_000_000 }, member.length);
    expect(codeOf(small)).toBe("EXPANSION_LIMIT");
    expect(small.bytes.length).toBeLessThanOrEqual(1_000_000);
    expect(codeOf(read)).toBe("EXPANSION_LIMIT");
    expect(read.bytes.length).toBeLessThanOrEqual(1_000_000);
    expect(source.closed).toBe(true);
    expect(source.given).toBeLessThan(bomb.length / 2);
  });

  test("holds for plain objects too; content of exactly the limit is fine", async () => {
    expect(codeOf(await readAll(sourceOf([TEXT]), { maxExpandedBytes: TEXT.length - 1 }))).toBe("EXPANSION_LIMIT");
    for (const whole of [TEXT, ONE])
      expect(codeOf(await readAll(sourceOf([whole]), { maxExpandedBytes: TEXT.length }))).toBe("fine");
  });
});

describe("the source", () => {
  test.each([
    ["plain", [TEXT]],
    ["gzip", [ONE.subarray(0, 30), ONE.subarray(30, 40)]],
    ["too short to tell", [ONE.subarray(0, 1)]],
  ])("a fault of it comes through as it is: %s", async (_, chunks) => {
    const fault = new SluiceError("RESET", "connection reset");
    const source = sourceOf(chunks, fault);
    expect((await readAll(source)).error).toBe(fault);
    expect(source.closed).toBe(true);
  });

  test.each([
    ["plain", bytewise(TEXT)],
    ["gzip", bytewise(gzipSync(Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251)), { level: 0 }))],
  ])("is let go when reading stops early: %s", async (_, chunks) => {
    const source = sourceOf(chunks);
    for await (const chunk of decodedBytes({ body: source, size: undefined })) if (chunk.length > 0) break;
    expect(source.closed).toBe(true);
    expect(source.given).toBeLessThan(chunks.length);
  });

  test.each([
    ["plain", TEXT],
    ["gzip", ONE],
    ["of several members", Buffer.concat([ONE, NEXT])],
    ["padded", Buffer.concat([ONE, Buffer.alloc(600)])],
    ["nothing", Buffer.alloc(0)],
  ])("is read to its end, which gives a connection back, before it is let go: %s", async (_, bytes) => {
    for (const size of [undefined, bytes.length, bytes.length - 1, 2 ** 20])
      for (const chunks of [[bytes], bytewise(bytes), [bytes, new Uint8Array(0)]]) {
        const calls: string[] = [];
        let at = 0;
        const source = {
          next: async (): Promise<IteratorResult<Uint8Array>> => {
            const value = chunks[at++];
            if (value !== undefined) return { done: false, value };
            calls.push("done");
            return { done: true, value };
          },
          return: async (): Promise<IteratorResult<Uint8Array>> => {
            calls.push("return");
            return { done: true, value: undefined };
          },
        };
        expect(codeOf(await readAll({ [Symbol.asyncIterator]: () => source }, ROOMY, size))).toBe("fine");
        expect(calls[0]).toBe("done");
      }
  });

  test("of many chunks leaves no listeners behind for each", async () => {
    const warned = vi.spyOn(node, "emitWarning").mockImplementation(() => {});
    const stored = gzipSync(Buffer.alloc(2_000_000, "0123456789"), { level: 0 });
    const count = Math.ceil(stored.length / 20_000);
    const chunks = Array.from({ length: count }, (_, i) => stored.subarray(i * 20_000, (i + 1) * 20_000));
    expect((await decoded(...chunks)).bytes.length).toBe(2_000_000);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
