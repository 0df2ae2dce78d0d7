import { gzipSync } from "node:zlib";
import { type Content, contents, type DecodeLimits, SluiceError } from "@sluice/core";
import { type Zippable, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { bzip2 } from "../bzip2/bzip2.testing.ts";
import { codecs } from "../index.ts";
import { chunked, LIMITS } from "../random-access.testing.ts";
import { isZip } from "./magic.ts";
import { type Entry, zip } from "./zip.testing.ts";

interface Read {
  readonly entries: (readonly [layers: string, name: string | undefined, text: string])[];
  readonly code: string;
  readonly message: string;
}

/** As an object is read; `held`: stored bytes up to which it is held in memory. */
async function read(
  bytes: Uint8Array,
  { step = 1000, held = 0, limits = {} as Partial<DecodeLimits> } = {},
): Promise<Read> {
  const entries: Read["entries"] = [];
  const stored = {
    size: bytes.length,
    body: chunked(bytes, step),
    range: (start: number, end: number) => chunked(bytes.subarray(start, end), step),
    maxHeldBytes: held,
  };
  const options = { compression: "auto", codecs, limits: { ...LIMITS, ...limits }, header: () => undefined } as const;
  try {
    for await (const content of contents(stored, options)) entries.push(await textOf(content));
    return { entries, code: "fine", message: "" };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { entries, code: error.code, message: error.message };
  }
}

async function textOf(content: Content): Promise<Read["entries"][number]> {
  const parts: Uint8Array[] = [];
  if (content.kind === "bytes") for await (const chunk of content.chunks) parts.push(Buffer.from(chunk));
  return [content.layers.join(">"), content.name, Buffer.concat(parts).toString()];
}

const TEXT = Buffer.from(Array.from({ length: 60 }, (_, i) => `line ${i} of the file\n`).join(""));
const text = TEXT.toString();

describe("entries", () => {
  test.each<readonly [string, readonly Entry[]]>([
    [
      "deflated and stored",
      [
        { name: "a.log", content: TEXT },
        { name: "b/c.log", content: TEXT, stored: true },
      ],
    ],
    [
      "with descriptors behind them",
      [
        { name: "a.log", content: TEXT, descriptor: true },
        { name: "b", content: TEXT, stored: true, descriptor: true },
      ],
    ],
    [
      "as ZIP64 has them",
      [
        { name: "a.log", content: TEXT, wide: true },
        { name: "ü", content: TEXT, stored: true, wide: true },
      ],
    ],
    [
      "of nothing",
      [
        { name: "a", content: Buffer.alloc(0) },
        { name: "b", content: Buffer.alloc(0), stored: true },
      ],
    ],
  ])("%s", async (_, entries) => {
    const bytes = zip(entries, "a comment");
    expect(isZip(bytes)).toBe(true);
    const expected = entries.map(({ name, content }) => ["zip", name, content.toString()]);
    for (const options of [{}, { step: 1 }, { held: 1e6 }])
      expect(await read(bytes, options)).toEqual({ entries: expected, code: "fine", message: "" });
  });

  test("larger than what is read at once", async () => {
    const content = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * i) % 251));
    const all = Array.from({ length: 4 }, (_, i) => ({
      name: `${i}`,
      content: Buffer.concat([content, content, content]),
      stored: i % 2 === 0,
    }));
    const { entries } = await read(zip(all), { step: 65_536 });
    expect(entries.map(([, name, each]) => [name, each === all[0]?.content.toString()])).toEqual(
      all.map(({ name }) => [name, true]),
    );
  });

  test("as others write them; folders are none", async () => {
    const files: Zippable = {
      "logs/": new Uint8Array(0),
      "logs/a.log": TEXT,
      "logs/b.log": [TEXT, { level: 0 }],
      empty: new Uint8Array(0),
    };
    const { entries, code } = await read(zipSync(files));
    expect([code, entries]).toEqual([
      "fine",
      [
        ["zip", "logs/a.log", text],
        ["zip", "logs/b.log", text],
        ["zip", "empty", ""],
      ],
    ]);
  });

  test("an archive of nothing has none", async () => {
    expect(await read(zip([]))).toEqual({ entries: [], code: "fine", message: "" });
  });

  test("compressed data in them is decoded, archives too", async () => {
    const inner = zip([{ name: "deep.log", content: TEXT }]);
    const bytes = zip([
      { name: "a.gz", content: gzipSync(TEXT), stored: true },
      { name: "b.bz2", content: bzip2(TEXT) },
      { name: "c.zip", content: inner },
    ]);
    const expected = [
      ["zip>gzip", "a.gz", text],
      ["zip>bzip2", "b.bz2", text],
      ["zip>zip", "deep.log", text],
    ];
    expect((await read(bytes)).entries).toEqual(expected);
    expect((await read(gzipSync(bytes))).entries.map(([, ...rest]) => rest)).toEqual(
      expected.map(([, ...rest]) => rest),
    );
  });
});

describe("damage", () => {
  const bytes = zip([
    { name: "a", content: TEXT },
    { name: "b", content: TEXT, stored: true },
  ]);

  test("cut anywhere: nothing is given out", async () => {
    for (let size = 4; size < bytes.length; size++)
      expect([size, await read(bytes.subarray(0, size))]).toEqual([
        size,
        {
          entries: [],
          code: "OBJECT_TRUNCATED",
          message: `zip data ends too early, after ${size} bytes: no directory`,
        },
      ]);
  });

  test("any byte changed: found out, or of no effect on what is in it", async () => {
    for (let at = 4; at < bytes.length; at++) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x01;
      const { code, entries } = await read(bad);
      if (code === "fine") expect([at, entries.map(([, , each]) => each)]).toEqual([at, [text, text]]);
    }
  });

  test.each<readonly [string, Buffer, string, RegExp]>([
    [
      "a wrong CRC, deflated",
      zip([{ name: "a", content: TEXT, crc: 1 }]),
      "OBJECT_CORRUPT",
      /^entry "a": gzip data is damaged/,
    ],
    [
      "a wrong CRC, stored",
      zip([{ name: "a", content: TEXT, crc: 1, stored: true }]),
      "OBJECT_CORRUPT",
      /entry "a" has a wrong CRC/,
    ],
    [
      "an encrypted entry",
      zip([{ name: "a", content: TEXT, flags: 1 }]),
      "OBJECT_ENCRYPTED",
      /entry "a" of a zip archive is encrypted/,
    ],
    [
      "another method",
      zip([{ name: "a", content: TEXT, method: 14 }]),
      "COMPRESSION_UNSUPPORTED",
      /entry "a" of a zip archive has method 14/,
    ],
    [
      "an entry that isn't there",
      zip([{ name: "a", content: TEXT, offset: 9 }]),
      "OBJECT_CORRUPT",
      /entry "a" is not at byte 9/,
    ],
    [
      "an entry beyond the end",
      zip([{ name: "a", content: TEXT, offset: 1e9 }]),
      "OBJECT_CORRUPT",
      /is not at byte 1000000000/,
    ],
    [
      "a size beyond the end",
      zip([{ name: "a", content: TEXT, packedBytes: 1e6 }]),
      "OBJECT_CORRUPT",
      /its entries overlap/,
    ],
    [
      "a size too small",
      zip([{ name: "a", content: TEXT, packedBytes: 20 }]),
      "OBJECT_TRUNCATED",
      /^entry "a": gzip data ends too early/,
    ],
    ["two sizes", zip([{ name: "a", content: TEXT, stored: true, packedBytes: 5 }]), "OBJECT_CORRUPT", /has two sizes/],
  ])("%s", async (_, bad, code, message) => {
    expect(await read(bad)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("entries that share their bytes, as bombs have them", async () => {
    const content = Buffer.alloc(100_000);
    const all = Array.from({ length: 50 }, (_, i) => ({ name: `${i}`, content, offset: 0 }));
    const shared = zip(all);
    expect(await read(shared)).toMatchObject({ code: "fine" });
    const first = zip([{ name: "x", content }]);
    const bomb = zip(all.map((each) => ({ ...each, packedBytes: first.length * 10 })));
    expect((await read(bomb)).code).toBe("OBJECT_CORRUPT");
  });

  test("entries before the damaged one are given out", async () => {
    const { entries, code } = await read(
      zip([
        { name: "a", content: TEXT },
        { name: "b", content: TEXT, flags: 1 },
      ]),
    );
    expect([entries, code]).toEqual([[["zip", "a", text]], "OBJECT_ENCRYPTED"]);
  });
});
