import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { openState, type RestartPoint, type StateKind, sealState } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunked } from "../random-access.testing.ts";
import { type Read, readUntilError } from "../read-until-error.testing.ts";
import { expectSameFrom, readFrom, readOffered } from "../restarts.testing.ts";
import { bunzip2 } from "./bunzip2.ts";
import { SOURCE_SHA256 } from "./bunzip2-wasm.ts";
import { bzip2 } from "./bzip2.testing.ts";
import { isBzip2 } from "./magic.ts";

test("the committed module was compiled from the committed source", () => {
  const source = readFileSync(path.join(import.meta.dirname, "bunzip2.c"));
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

const read = (bytes: Uint8Array, step = 1000): Promise<Read> => readUntilError(bunzip2(chunked(bytes, step)));

const TEXT = Buffer.from(Array.from({ length: 60 }, (_, i) => `line ${i} of the file\n`).join(""));
const ONE = bzip2(TEXT);

describe("what bzip2 itself makes", () => {
  const runs = Buffer.concat(
    [3, 4, 5, 6, 254, 255, 256, 258, 259, 260, 300, 518, 1000].flatMap((n) => [Buffer.alloc(n, "r"), Buffer.from("x")]),
  );
  test.each([
    ["nothing", "QlpoORdyRThQkAAAAAA=", Buffer.alloc(0)],
    ["a byte", "QlpoOTFBWSZTWRmTm2sAAAABACAAIAAhGEaC7kinChIDMnNtYA==", Buffer.from("a")],
    [
      "a line",
      "QlpoOTFBWSZTWW9PEPMAAAXRAAAQQAACRKAAMMACqDRxDa2HDxdyRThQkG9PEPM=",
      Buffer.from("hello hello hello hello\n"),
    ],
  ])("%s", async (_, base64, content) => {
    const { bytes, code } = await read(Buffer.from(base64, "base64"), 1);
    expect([code, bytes.equals(content)]).toEqual(["fine", true]);
  });

  test("runs of any length", async () => {
    expect((await read(bzip2(runs))).bytes.equals(runs)).toBe(true);
  });
});

describe("whatever the chunks are", () => {
  test("any content comes back", async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 300 })), { maxLength: 8 })
        .map((parts) => Buffer.concat(parts.map(([byte, size]) => Buffer.alloc(size, byte)))),
    );
    const property = fc.asyncProperty(content, fc.integer({ min: 20, max: 500 }), async (bytes, blockBytes) => {
      const packed = bzip2(bytes, blockBytes);
      expect((await read(packed)).bytes.equals(bytes)).toBe(true);
      expect((await read(packed, 1)).bytes.equals(bytes)).toBe(true);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("several streams, zeros behind them", async () => {
    const packed = Buffer.concat([ONE, bzip2(Buffer.from("more\n")), bzip2(Buffer.alloc(0)), Buffer.alloc(700)]);
    for (const step of [1, 7, 10_000]) expect((await read(packed, step)).bytes.toString()).toBe(`${TEXT}more\n`);
  });

  test("more than the memory holds", async () => {
    const packed = Buffer.concat(Array.from({ length: 30_000 }, () => ONE));
    expect(packed.length).toBeGreaterThan(5_000_000);
    let size = 0;
    for await (const piece of bunzip2(chunked(packed, 65_536))) size += piece.length;
    expect(size).toBe(TEXT.length * 30_000);
  });
});

describe("damage", () => {
  test("cut anywhere: OBJECT_TRUNCATED, and nothing but the beginning of the content", async () => {
    const packed = Buffer.concat([ONE, bzip2(Buffer.from("more\n"))]);
    for (let size = 1; size < packed.length; size++) {
      const cut = await read(packed.subarray(0, size));
      expect([size, cut.code]).toEqual([size, size === ONE.length ? "fine" : "OBJECT_TRUNCATED"]);
      expect(`${TEXT}more\n`.startsWith(cut.bytes.toString())).toBe(true);
    }
  });

  test("any byte changed: found out, or of no effect", async () => {
    for (let at = 0; at < ONE.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const bad = Buffer.from(ONE);
        bad[at] = (bad[at] as number) ^ mask;
        const { code, bytes } = await read(bad);
        expect([at, mask, code === "fine" && !bytes.equals(TEXT)]).toEqual([at, mask, false]);
      }
    }
  });

  test.each([
    [
      "text behind it",
      Buffer.concat([ONE, Buffer.from("xyz")]),
      "OBJECT_CORRUPT",
      `data behind the end of the bzip2 data, after ${ONE.length} compressed bytes`,
    ],
    ["zeros, then more", Buffer.concat([ONE, Buffer.alloc(9), ONE]), "OBJECT_CORRUPT", /data behind the end/],
    [
      "a stream cut off",
      ONE.subarray(0, -3),
      "OBJECT_TRUNCATED",
      `bzip2 data ends too early, after ${ONE.length - 3} compressed bytes`,
    ],
    [
      "a wrong CRC of a block",
      changed(ONE, 12),
      "OBJECT_CORRUPT",
      /^bzip2 data is damaged, after \d+ compressed bytes$/,
    ],
    ["a wrong CRC of a stream", changed(ONE, ONE.length - 2), "OBJECT_CORRUPT", /^bzip2 data is damaged/],
  ])("%s: says so, and where", async (_, packed, code, message) => {
    expect(await read(packed)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("random bytes behind a good beginning end in an error", async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(ONE.length - 15), async (noise, at) => {
      const { code } = await read(Buffer.concat([ONE.subarray(0, 10 + at), noise]));
      expect(code).not.toBe("fine");
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe("restart points", () => {
  const blocks = fc.integer({ min: 20, max: 300 });
  const streams = fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 600 }), blocks), { minLength: 1, maxLength: 3 })
    .map((all) => Buffer.concat(all.map(([bytes, size]) => bzip2(bytes, size))));
  const every = fc.integer({ min: 1, max: 400 });

  test("lie between blocks, and the rest comes from there", async () => {
    const property = fc.asyncProperty(
      streams,
      every,
      fc.integer({ min: 1, max: 300 }),
      async (packed, spacing, step) => {
        const whole = await expectSameFrom(bunzip2, packed, step, spacing);
        expect(whole.code).toBe("fine");
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test("cut or changed behind them, it ends as from the beginning", async () => {
    const property = fc.asyncProperty(streams, every, fc.nat(), fc.nat(255), async (packed, spacing, at, mask) => {
      const place = at % packed.length;
      const bad = mask === 0 ? packed.subarray(0, place) : Buffer.from(packed);
      if (mask > 0) bad[place] = (bad[place] as number) ^ mask;
      await expectSameFrom(bunzip2, bad, 100, spacing);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test("keep the sum of the whole stream", async () => {
    const packed = bzip2(TEXT, 100);
    const { points } = await readOffered(bunzip2, packed, 1000, 1);
    expect(points.length).toBeGreaterThan(9);
    const bad = changed(packed, packed.length - 2);
    for (const from of points) {
      expect(await readFrom(bunzip2, packed, 1000, from)).toMatchObject({ code: "fine" });
      expect(await readFrom(bunzip2, bad, 1000, from)).toMatchObject({ code: "OBJECT_CORRUPT" });
    }
  });

  test("with another state are none", async () => {
    const kind: StateKind = { format: "bzip2", version: 1 };
    const packed = bzip2(TEXT, 100);
    const [from] = (await readOffered(bunzip2, packed, 1000, 300)).points as [RestartPoint];
    const honest = openState(kind, from);
    expect([honest.length, from.state.length]).toEqual([8, 13]);
    const edits: ((body: Buffer) => void)[] = [
      (body) => body.writeUInt8(0, 4),
      (body) => body.writeUInt8(10, 4),
      (body) => body.writeUInt8(8, 5),
      (body) => body.writeUInt8(body.readUInt8(6) | 1, 6),
      (body) => body.writeUInt8(1, 7),
    ];
    const states = edits.map((edit) => {
      const body = Buffer.from(honest);
      edit(body);
      return sealState(kind, from, body);
    });
    const others = [
      Buffer.alloc(0),
      from.state.subarray(1),
      changed(Buffer.from(from.state), 8),
      sealState(kind, from),
    ];
    for (const state of [...states, ...others, sealState({ ...kind, format: "gzip" }, from, honest)]) {
      expect(await readFrom(bunzip2, packed, 1000, { ...from, state })).toMatchObject({
        code: "INTERNAL",
        message: expect.stringMatching(
          /^no restart point of bzip2 data \(after \d+ compressed and \d+ decoded bytes\): its/,
        ),
      });
    }
    const sum = Buffer.from(honest);
    sum.writeUInt8(sum.readUInt8(0) ^ 1, 0);
    const wrong = await readFrom(bunzip2, packed, 1000, { ...from, state: sealState(kind, from, sum) });
    expect(wrong.code).toBe("OBJECT_CORRUPT");
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const bad = Buffer.from(bytes);
  bad[at] = (bad[at] as number) ^ 1;
  return bad;
}

test.each([
  ["BZh9 is a name", false],
  ["BZh91AY&SY", true],
  ["BZh9", true],
  ["BZh", false],
  ["BZh0", false],
])("%j is bzip2: %s", (text, expected) => {
  expect(isBzip2(Buffer.from(text))).toBe(expected);
});
