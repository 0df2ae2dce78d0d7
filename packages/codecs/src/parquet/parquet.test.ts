import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type DecodeLimits, SluiceError } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { fileOf, LIMITS } from "../random-access.testing.ts";
import { isParquet } from "./magic.ts";
import { parquetRows } from "./parquet.ts";

const FOLDER = path.join(import.meta.dirname, "../../../../fixtures/parquet");
const sample = (name: string): Buffer => readFileSync(path.join(FOLDER, name));
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".parquet"));
const rowsOf = (name: string): string[] =>
  readFileSync(path.join(FOLDER, `${name.split("-")[0]}.ndjson`), "utf8")
    .trimEnd()
    .split("\n");

interface Read {
  readonly rows: string[];
  readonly positions: (readonly [number, number])[];
  readonly code: string;
  readonly message: string;
}

async function read(
  bytes: Uint8Array,
  over: { step?: number; limits?: Partial<DecodeLimits>; names?: readonly string[] } = {},
): Promise<Read> {
  const rows: string[] = [];
  const positions: (readonly [number, number])[] = [];
  const options = { limits: { ...LIMITS, ...over.limits }, header: () => over.names };
  try {
    for await (const { bytes: all, count, from, to, start, end } of parquetRows(fileOf(bytes, over.step), options))
      for (let i = 0; i < count; i++) {
        rows.push(Buffer.from(all.subarray(from[i], to[i])).toString());
        positions.push([start?.[i] ?? -1, end?.[i] ?? -1]);
      }
    return { rows, positions, code: "fine", message: "" };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { rows, positions, code: error.code, message: error.message };
  }
}

describe("files as others write them", () => {
  test.each(FILES)("%s: all rows, exactly", async (name) => {
    expect(isParquet(sample(name).subarray(0, 64))).toBe(true);
    const { rows, positions, code } = await read(sample(name));
    expect(code).toBe("fine");
    expect(rows).toEqual(rowsOf(name));
    expect(positions).toEqual(rows.map((_, i) => [i, i + 1]));
    expect((await read(sample(name), { step: 1 })).rows).toEqual(rows);
  });

  test("there are enough of them", () => {
    expect(FILES.length).toBeGreaterThan(6);
  });
});

describe("as lines", () => {
  const names = Array.from({ length: 21 }, (_, i) => `c-${i}`);

  test("under a line of names; nothing is a hyphen", async () => {
    const { rows, positions } = await read(sample("flat-snappy.parquet"), { names });
    expect(rows[0]).toBe(names.join(" "));
    const values = [
      "true -128 255 1 4294967295 9223372036854775807 18446744073709551615 0.1 0.1 alpha row 0 of 40 text",
      "\u0000\ufffd\u0000 999999999999.980 -0.20 -31 1793696400 1793696400 1793696400 -631152000 306000000",
    ];
    expect(rows[1]).toBe(values.join(" "));
    expect(rows[5]?.startsWith("- - - - - - - - - - row 4 of 40 - - - - - - - - - -")).toBe(true);
    expect(positions.slice(0, 3)).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
    ]);
    expect(rows).toHaveLength(41);
  });

  test("only what is flat can be one", async () => {
    expect((await read(sample("nested-zstd.parquet"), { names: ["a"] })).rows).toEqual(rowsOf("nested"));
  });
});

describe("damage", () => {
  test.each(FILES)("%s: cut anywhere, it fails", async (name) => {
    const bytes = sample(name);
    const step = Math.max(1, Math.floor(bytes.length / 150));
    for (let size = 12; size < bytes.length; size += step)
      expect([size, (await read(bytes.subarray(0, size))).code]).toEqual([size, "OBJECT_TRUNCATED"]);
    expect((await read(bytes.subarray(0, -1))).code).toBe("OBJECT_TRUNCATED");
  });

  test.each(FILES)("%s: with a byte changed it fails with a code, or gives all rows", async (name) => {
    const bytes = sample(name);
    const step = Math.max(1, Math.floor(bytes.length / 120));
    const codes = new Set<string>();
    for (let at = 4; at < bytes.length; at += step) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      const { code, rows } = await read(bad);
      codes.add(code);
      expect(code === "fine" ? rows.length : 40).toBe(40);
    }
    expect(codes.size).toBeGreaterThan(1);
  });

  test("pages with checksums: any changed byte of theirs is found", async () => {
    const bytes = sample("nested-small-pages.parquet");
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    const whole = rowsOf("nested");
    for (let at = 4; at < footer; at += 53) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x55;
      const { code, rows } = await read(bad);
      expect([at, code === "fine" && String(rows) !== String(whole)]).toEqual([at, false]);
    }
  });

  test("an encrypted footer says so", async () => {
    const bytes = Buffer.concat([
      Buffer.from("PARE"),
      Buffer.alloc(40, 7),
      Buffer.from([40, 0, 0, 0]),
      Buffer.from("PARE"),
    ]);
    expect(isParquet(bytes)).toBe(true);
    expect(await read(bytes)).toMatchObject({ code: "OBJECT_ENCRYPTED", rows: [] });
  });

  test.each(["PARENT process 12 started\n", "PAR1", "PARE", "PAR1 of the course\r\n\tdone"])("%j is text", (text) => {
    expect(isParquet(Buffer.from(text))).toBe(false);
  });
});

describe("limits", () => {
  test("memory for pages", async () => {
    const { code, message } = await read(sample("flat-plain.parquet"), { limits: { maxDecoderBytes: 3000 } });
    expect([code, message]).toEqual(["EXPANSION_LIMIT", expect.stringContaining("maxDecoderBytes (3000 bytes)")]);
  });

  test("the size of a row", async () => {
    const { code, message, rows } = await read(sample("flat-plain.parquet"), { limits: { maxFrameBytes: 300 } });
    expect([code, message]).toEqual(["FRAME_TOO_LARGE", "row 0 is longer than maxFrameBytes (300 bytes)"]);
    expect(rows).toEqual([]);
  });
});
