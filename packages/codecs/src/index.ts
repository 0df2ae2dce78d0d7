import type { Codec, LoadPatterns } from "@sluice/core";
import { isBzip2 } from "./bzip2/magic.ts";
import { isParquet } from "./parquet/magic.ts";
import { isSnappy } from "./snappy/magic.ts";
import { isZip } from "./zip/magic.ts";

const bzip2: Codec = {
  name: "bzip2",
  detect: isBzip2,
  async load() {
    const { bunzip2 } = await import("./bzip2/bunzip2.ts");
    return { kind: "stream", decode: bunzip2, restarts: true };
  },
};

const snappy: Codec = {
  name: "snappy",
  detect: isSnappy,
  async load() {
    const { unsnappy } = await import("./snappy/snappy.ts");
    return { kind: "stream", decode: unsnappy, restarts: true };
  },
};

const zip: Codec = {
  name: "zip",
  detect: isZip,
  async load() {
    const { zipEntries } = await import("./zip/zip.ts");
    return { kind: "archive", entries: (file) => zipEntries(file) };
  },
};

const parquet: Codec = {
  name: "parquet",
  detect: isParquet,
  async load() {
    const { parquetRows } = await import("./parquet/parquet.ts");
    return { kind: "table", rows: (file, options) => parquetRows(file, options) };
  },
};

/** The codecs that core doesn't have itself. Each one's code is loaded when an object needs it. */
export const codecs: readonly Codec[] = [bzip2, snappy, zip, parquet];

/** RE2's patterns, by RE2JS. */
export const loadPatterns: LoadPatterns = async () => (await import("./patterns/re2.ts")).engine;
