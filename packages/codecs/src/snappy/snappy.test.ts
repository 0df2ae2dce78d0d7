import type { RestartPoint } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunked } from "../random-access.testing.ts";
import { type Read, readUntilError } from "../read-until-error.testing.ts";
import { expectSameFrom, readFrom, readOffered } from "../restarts.testing.ts";
import { isSnappy } from "./magic.ts";
import { chunk, HEADER, snappy } from "./snappy.testing.ts";
import { unsnappy } from "./snappy.ts";

const read = (bytes: Uint8Array, step = 1000): Promise<Read> => readUntilError(unsnappy(chunked(bytes, step)));

const TEXT = Buffer.from(Array.from({ length: 60 }, (_, i) => `line ${i} of the file\n`).join(""));
/** Of cramjam's encoder. */
const SAMPLE =
  "/wYAAHNOYVBwWQBNAAD0GQrJsAkwaGVsbG8gc25hcHB5IP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAP4NAIoNAA==";
const ONE = snappy(TEXT, 400);

test("any content comes back, whatever the chunks are", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constant(TEXT)), { maxLength: 6 }),
    fc.integer({ min: 1, max: 700 }),
    async (parts, chunkBytes) => {
      const content = Buffer.concat(parts);
      const packed = snappy(content, chunkBytes);
      expect(isSnappy(packed)).toBe(true);
      expect((await read(packed)).bytes.equals(content)).toBe(true);
      expect((await read(packed, 1)).bytes.equals(content)).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

test("as another encoder writes it", async () => {
  const packed = Buffer.from(SAMPLE, "base64");
  expect(await read(packed, 3)).toEqual({ bytes: Buffer.alloc(1200, "hello snappy "), code: "fine", message: "" });
});

test("streams after each other, padding and what may be skipped", async () => {
  const packed = Buffer.concat([
    ONE,
    chunk(0xfe, Buffer.alloc(300)),
    HEADER,
    chunk(0x80, Buffer.alloc(70_000)),
    snappy(TEXT),
  ]);
  expect((await read(packed)).bytes.toString()).toBe(`${TEXT}${TEXT}`);
});

describe("damage", () => {
  test("cut anywhere but between chunks: OBJECT_TRUNCATED, with the beginning of the content", async () => {
    const ends = new Set<number>();
    for (let at = 0; at < ONE.length; at += 4 + ONE.readUIntLE(at + 1, 3)) ends.add(at);
    for (let size = 1; size < ONE.length; size++) {
      const { code, bytes, message } = await read(ONE.subarray(0, size));
      expect([size, code]).toEqual([size, ends.has(size) ? "fine" : "OBJECT_TRUNCATED"]);
      if (code !== "fine") expect(message).toBe(`snappy data ends too early, after ${size} compressed bytes`);
      expect(TEXT.subarray(0, bytes.length).equals(bytes)).toBe(true);
    }
  });

  test("any byte changed: found out", async () => {
    for (let at = 0; at < ONE.length; at++) {
      for (const mask of [0x01, 0x80]) {
        const bad = Buffer.from(ONE);
        bad[at] = (bad[at] as number) ^ mask;
        const { code } = await read(bad);
        // A chunk's kind may change to one that is to be skipped: nothing tells.
        const skips = (bad[at] as number) >= 0x80 && mask === 0x80 && ONE[at] !== undefined && (ONE[at] as number) <= 1;
        expect([at, code === "fine" && !skips]).toEqual([at, false]);
      }
    }
  });

  test.each([
    ["a chunk of no known kind", chunk(0x02, Buffer.alloc(9)), /a chunk of kind 2\), after 10 compressed bytes/],
    ["a chunk too small for its checksum", chunk(0x00, Buffer.alloc(3)), /a chunk of 3 bytes/],
    ["a chunk too large", chunk(0x01, Buffer.alloc(65_541)), /a chunk of 65541 bytes/],
    ["content too large", chunk(0x00, Buffer.from("00000000818004", "hex")), /can't be decoded/],
    ["a copy of nothing", chunk(0x00, Buffer.from("00000000040100", "hex")), /can't be decoded/],
    ["a literal that isn't there", chunk(0x00, Buffer.from("0000000004f0ff", "hex")), /can't be decoded/],
    ["another identifier", chunk(0xff, Buffer.from("sNaPpy")), /another stream identifier/],
  ])("%s", async (_, bad, message) => {
    const { code, message: said } = await read(Buffer.concat([HEADER, bad]));
    expect([code, said]).toEqual(["OBJECT_CORRUPT", expect.stringMatching(message)]);
  });
});

describe("restart points", () => {
  test("lie between chunks, and the rest comes from there, or the same error", async () => {
    const harm = fc.tuple(fc.nat(), fc.integer({ min: -100, max: 255 }));
    const property = fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 300 }),
      harm,
      async (parts, chunkBytes, every, [at, mask]) => {
        const packed = Buffer.concat(parts.map((part) => snappy(part, chunkBytes)));
        const place = at % packed.length;
        const bad = mask === 0 ? packed.subarray(0, place) : Buffer.from(packed);
        if (mask > 0) bad[place] = (bad[place] as number) ^ mask;
        await expectSameFrom(unsnappy, bad, 1 + (at % 99), every);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  test("have no state, and with one are none", async () => {
    const { points } = await readOffered(unsnappy, snappy(TEXT, 100), 1000, 300);
    expect(points.map(({ decoded, state }) => [decoded, state.length])).toEqual([
      [300, 0],
      [600, 0],
      [900, 0],
    ]);
    const [from] = points as [RestartPoint];
    const bad = await readFrom(unsnappy, snappy(TEXT, 100), 1000, { ...from, state: Buffer.from("x") });
    expect([bad.code, bad.message]).toEqual([
      "INTERNAL",
      `no restart point of snappy data (after ${from.stored} compressed and 300 decoded bytes): its state is 1 bytes long, not empty`,
    ]);
  });
});
