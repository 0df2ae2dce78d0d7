import { constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SluiceError } from "../errors.ts";
import type { Codec } from "../ports/codec.ts";
import { decodedBytes, type Opened, ROOMY } from "./contents.testing.ts";
import { contents, inMemory, MAX_LAYERS } from "./contents.ts";

const TEXT = Buffer.from(Array.from({ length: 60 }, (_, i) => `line ${i} of the file\n`).join(""));
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const zstd = (content: Uint8Array | string): Buffer => zstdCompressSync(content, CHECKED);

/** RFC 8878: magic, size, bytes that mean nothing. */
function skippable(size: number, kind = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + kind, 0);
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, Buffer.alloc(size, 0x28)]);
}

async function read(
  chunks: readonly Uint8Array[],
  opened: Opened = {},
): Promise<{ text: string; code: string; message: string }> {
  const parts: Uint8Array[] = [];
  const body = async function* (): AsyncGenerator<Uint8Array> {
    // One buffer used over and over, as decoders have it.
    for (const chunk of chunks) {
      const lent = Buffer.from(chunk);
      yield lent;
      lent.fill(0x21);
    }
  };
  let error: unknown;
  try {
    for await (const chunk of decodedBytes({ size: undefined, body: body() }, opened)) parts.push(Buffer.from(chunk));
  } catch (thrown) {
    error = thrown;
  }
  const text = Buffer.concat(parts).toString("latin1");
  if (error === undefined) return { text, code: "fine", message: "" };
  if (!(error instanceof SluiceError)) throw error;
  return { text, code: error.code, message: error.message };
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));
const plain = TEXT.toString();

describe("zstd", () => {
  test.each([
    ["one frame", zstd(TEXT), plain],
    ["several frames", Buffer.concat([zstd("a\n"), zstd(TEXT), zstd(""), zstd("z\n")]), `a\n${plain}z\n`],
    [
      "skippable frames before, between and behind",
      Buffer.concat([skippable(3), zstd("a"), skippable(0, 15), zstd("b"), skippable(70_000, 7)]),
      "ab",
    ],
    ["nothing but a skippable frame", skippable(9), ""],
    ["zeros behind it", Buffer.concat([zstd(TEXT), Buffer.alloc(500)]), plain],
    ["a few zeros behind it", Buffer.concat([zstd(TEXT), Buffer.alloc(3)]), plain],
    ["blocks that repeat one byte", zstd(Buffer.alloc(300_000, "a")), "a".repeat(300_000)],
  ])("%s, whatever the chunks are", async (_, bytes, text) => {
    expect(await read([bytes])).toEqual({ text, code: "fine", message: "" });
    expect(
      await read(bytes.length > 10_000 ? [bytes.subarray(0, 5), bytes.subarray(5)] : bytewise(bytes)),
    ).toMatchObject({ text, code: "fine" });
  });

  test("any frames, any chunks", async () => {
    const frames = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((content) => ({ content, bytes: zstd(content) })),
        fc.nat(40).map((size) => ({ content: new Uint8Array(0), bytes: skippable(size) })),
      ),
      { minLength: 1, maxLength: 5 },
    );
    const property = fc.asyncProperty(frames, fc.array(fc.nat(), { maxLength: 8 }), async (all, cuts) => {
      const bytes = Buffer.concat(all.map((each) => each.bytes));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      // Compressed data in a frame would be decoded too.
      const text = Buffer.concat(all.map((each) => each.content)).toString("latin1");
      expect(await read(chunks)).toEqual({ text, code: "fine", message: "" });
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("cut anywhere: OBJECT_TRUNCATED, but between frames", async () => {
    const first = zstd(TEXT);
    const bytes = Buffer.concat([first, skippable(5), zstd("more\n")]);
    const ends = new Set([first.length, first.length + 13]);
    for (let size = 4; size < bytes.length; size++) {
      const cut = await read([bytes.subarray(0, size)]);
      expect([size, cut.code]).toEqual([size, ends.has(size) ? "fine" : "OBJECT_TRUNCATED"]);
      expect(`${plain}more\n`.startsWith(cut.text)).toBe(true);
    }
  });

  test("any byte changed behind the magic number: found out", async () => {
    const bytes = zstd(TEXT);
    for (let at = 4; at < bytes.length; at++) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x10;
      const { code, text } = await read([bad]);
      expect([at, code === "fine" && text !== plain]).toEqual([at, false]);
    }
  });

  test.each([
    [
      "text behind it",
      Buffer.concat([zstd(TEXT), Buffer.from("more text")]),
      "OBJECT_CORRUPT",
      /something else behind its end/,
    ],
    ["gzip behind it", Buffer.concat([zstd(TEXT), gzipSync("x")]), "OBJECT_CORRUPT", /something else behind its end/],
    ["zeros, then more", Buffer.concat([zstd(TEXT), Buffer.alloc(9), zstd("a")]), "OBJECT_CORRUPT", /something else/],
    [
      "a frame that needs a dictionary",
      Buffer.from("28b52ffd21070500010000", "hex"),
      "COMPRESSION_UNSUPPORTED",
      /dictionary/,
    ],
    [
      "a window of 3.75 GiB",
      Buffer.from("28b52ffd00af010000", "hex"),
      "EXPANSION_LIMIT",
      /maxDecoderBytes \(134217728 bytes\)/,
    ],
  ])("%s: %s", async (_, bytes, code, message) => {
    expect(await read([bytes])).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a window that the limit allows, beyond what Node takes by itself", async () => {
    const bytes = Buffer.from("28b52ffd0090190000616263", "hex");
    expect(await read([bytes], { limits: { maxDecoderBytes: 2 ** 28 } })).toMatchObject({ text: "abc" });
  });
});

describe("zlib", () => {
  test("any content, at any level, in any chunks", async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(9), async (content, level) => {
      const bytes = deflateSync(content, { level });
      const text = Buffer.from(content).toString("latin1");
      expect(await read([bytes])).toEqual({ text, code: "fine", message: "" });
      expect(await read(bytewise(bytes))).toEqual({ text, code: "fine", message: "" });
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test.each([
    "x^2 + y^2 = z^2\n",
    "x^",
    "x\u0001"[0] as string,
    "xڀ ٹيسٹ\n",
    `x^${"é".repeat(40)}`,
    "xylophone\n",
    "x }\n",
    "x? really\n",
  ])("text that begins with an x is text: %j", async (text) => {
    const bytes = Buffer.from(text);
    expect(await read([bytes])).toEqual({ text: bytes.toString("latin1"), code: "fine", message: "" });
    expect(await read(bytewise(bytes))).toMatchObject({ code: "fine" });
  });

  test("cut anywhere, or with any byte changed: found out", async () => {
    const bytes = deflateSync(TEXT);
    for (let at = 3; at < bytes.length; at++) {
      expect((await read([bytes.subarray(0, at)])).code).toBe("OBJECT_TRUNCATED");
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x10;
      const { code, text } = await read([bad]);
      expect([at, code === "fine" && text !== plain]).toEqual([at, false]);
    }
  });

  test("data behind it", async () => {
    expect((await read([deflateSync(TEXT), Buffer.alloc(99)])).code).toBe("fine");
    const { code, message } = await read([deflateSync(TEXT), Buffer.from("more")]);
    expect([code, message]).toEqual(["OBJECT_CORRUPT", expect.stringContaining("behind the end of the zlib data")]);
  });
});

describe("compressed data in compressed data", () => {
  const layers = (count: number): Buffer => {
    let bytes: Buffer = TEXT;
    for (let i = 0; i < count; i++) bytes = i % 2 === 0 ? gzipSync(bytes) : zstd(bytes);
    return bytes;
  };

  test("is decoded to its end", async () => {
    for (let count = 0; count <= MAX_LAYERS; count++) {
      expect(await read([layers(count)])).toEqual({ text: plain, code: "fine", message: "" });
      expect((await read(bytewise(layers(count)))).text).toBe(plain);
    }
    const payloads = Buffer.concat([gzipSync("a\n"), gzipSync(TEXT), gzipSync("z\n")]);
    expect((await read([gzipSync(payloads)])).text).toBe(`a\n${plain}z\n`);
  });

  test("has an end", async () => {
    const { code, message } = await read([layers(MAX_LAYERS + 1)]);
    expect([code, message]).toEqual(["EXPANSION_LIMIT", expect.stringContaining("more than 4 compressions")]);
  });

  test("that is cut off within fails, and says what is", async () => {
    const cut = gzipSync(zstd(TEXT).subarray(0, -6));
    expect(await read([cut])).toMatchObject({
      code: "OBJECT_TRUNCATED",
      message: expect.stringContaining("zstd data"),
    });
  });
});

describe("limits", () => {
  const bomb = gzipSync(Buffer.alloc(80_000_000));

  test("stored bytes may expand so many times, once there is much", async () => {
    const under = await read([bomb], { limits: { maxExpansionRatio: 2000 } });
    expect(under.text.length).toBe(80_000_000);
    const over = await read([bomb], { limits: { maxExpansionRatio: 1000 } });
    expect(over).toMatchObject({
      code: "EXPANSION_LIMIT",
      message: expect.stringContaining("maxExpansionRatio (1000)"),
    });
    expect(over.text.length).toBeGreaterThan(60_000_000);
  });

  test("count at each layer", async () => {
    const twice = gzipSync(bomb);
    expect((await read([twice], { limits: { maxExpandedBytes: 70_000_000 } })).code).toBe("EXPANSION_LIMIT");
    expect((await read([twice], { limits: { maxExpandedBytes: 70_000 } })).message).toContain("maxExpandedBytes");
  });
});

describe("what the config says", () => {
  test.each([
    ["none", gzipSync(TEXT), "fine", ""],
    ["gzip", gzipSync(TEXT), "fine", ""],
    ["gzip", Buffer.alloc(0), "fine", ""],
    ["gzip", TEXT, "OBJECT_CORRUPT", "expected gzip data, got bytes that begin with 6c 69 6e 65"],
    ["gzip", zstd(TEXT), "OBJECT_CORRUPT", "expected gzip data, got bytes that begin with 28 b5 2f fd"],
    ["bzip2", Buffer.from("BZh9"), "COMPRESSION_UNSUPPORTED", "bzip2 data: there is no codec for it here"],
    ["auto", Buffer.from("fd377a585a00", "hex"), "COMPRESSION_UNSUPPORTED", "xz data: there is no codec for it"],
  ] as const)("%s", async (compression, bytes, code, message) => {
    expect(await read([bytes], { compression })).toMatchObject({ code, message });
  });
});

describe("codecs from outside", () => {
  /** `A<name>,<size>;…` and then the bytes of all entries. */
  const archive: Codec = {
    name: "zip",
    detect: (head) => head[0] === 0x41,
    load: async () => ({
      kind: "archive",
      async *entries(file) {
        const parts: Uint8Array[] = [];
        for await (const chunk of file.read(0, file.size)) parts.push(Buffer.from(chunk));
        const all = Buffer.concat(parts);
        let at = all.indexOf("|") + 1;
        for (const entry of all
          .subarray(1, at - 1)
          .toString()
          .split(";")) {
          const [name, size] = entry.split(",") as [string, string];
          const bytes = all.subarray(at, at + Number(size));
          at += Number(size);
          yield { name, compression: "none", chunks: inMemory(bytes).body };
        }
      },
    }),
  };
  const pack = (entries: Record<string, Uint8Array>): Buffer =>
    Buffer.concat([
      Buffer.from(
        `A${Object.entries(entries)
          .map(([name, { length }]) => `${name},${length}`)
          .join(";")}|`,
      ),
      ...Object.values(entries),
    ]);

  async function all(bytes: Uint8Array): Promise<unknown[]> {
    const found: unknown[] = [];
    const options = { compression: "auto", codecs: [archive], limits: ROOMY, header: () => undefined } as const;
    for await (const content of contents(inMemory(bytes), options)) {
      const parts: Uint8Array[] = [];
      if (content.kind === "bytes") for await (const chunk of content.chunks) parts.push(Buffer.from(chunk));
      found.push([content.layers.join(","), content.name, Buffer.concat(parts).toString()]);
    }
    return found;
  }

  test("each entry is a content of its own, decoded in turn", async () => {
    const bytes = pack({ a: Buffer.from("one\n"), b: gzipSync("two\n"), c: pack({ d: Buffer.from("three\n") }) });
    const expected = [
      ["zip", "a", "one\n"],
      ["zip,gzip", "b", "two\n"],
      ["zip,zip", "d", "three\n"],
    ];
    expect(await all(bytes)).toEqual(expected);
    expect(await all(gzipSync(bytes))).toEqual(expected.map(([layers, ...rest]) => [`gzip,${layers}`, ...rest]));
  });

  test("what goes wrong says in which entry", async () => {
    const bytes = pack({ a: Buffer.from("one\n"), "b\nad": gzipSync("two\n").subarray(0, -1) });
    const message = 'entry "b\\x0aad": gzip data ends too early, after 23 compressed bytes';
    await expect(all(bytes)).rejects.toMatchObject({ code: "OBJECT_TRUNCATED", message });
  });

  test("what needs all of the data at once has a limit on it", async () => {
    const bytes = gzipSync(pack({ a: Buffer.alloc(5000) }));
    const { code } = await read([bytes], { codecs: [archive], limits: { maxDecoderBytes: 5000 } });
    expect(code).toBe("EXPANSION_LIMIT");
  });
});
