import { Buffer } from "node:buffer";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { SluiceError } from "@sluice/core";
import type { Blocks } from "../blocks/blocks.ts";
import { damaged } from "./thrift.ts";

/** What pages are compressed with, by number. */
const NAMES = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"] as const;

/** Unpacks the pages of one file. */
export class PagePacking {
  readonly #blocks: Blocks;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  /** `bytes`: as many as there must be. What it gives isn't used again. */
  unpack(codec: number, packed: Uint8Array, bytes: number): Buffer {
    const name = NAMES[codec];
    const page = this.#page(name, packed, bytes);
    if (page.length !== bytes) throw damaged(`a page of ${page.length} bytes that says ${bytes}`);
    return page;
  }

  #page(name: (typeof NAMES)[number] | undefined, packed: Uint8Array, bytes: number): Buffer {
    if (name === "UNCOMPRESSED") return Buffer.from(packed);
    if (bytes === 0) return Buffer.alloc(0);
    if (name === "SNAPPY") return Buffer.from(this.#blocks.snappy(packed, bytes));
    if (name === "LZ4_RAW") return Buffer.from(this.#blocks.lz4(packed, bytes));
    if (name === "LZ4") return this.#hadoopLz4(packed, bytes) ?? Buffer.from(this.#blocks.lz4(packed, bytes));
    if (name === "GZIP") return byNode(gunzipSync, packed, bytes);
    if (name === "BROTLI") return byNode(brotliDecompressSync, packed, bytes);
    if (name === "ZSTD") return byNode(zstdDecompressSync, packed, bytes);
    throw new SluiceError(
      "COMPRESSION_UNSUPPORTED",
      `Parquet data compressed with ${name ?? "a codec of no known number"}`,
    );
  }

  /** Blocks with their sizes before them, as Hadoop writes; undefined where that isn't so. */
  #hadoopLz4(packed: Uint8Array, bytes: number): Buffer | undefined {
    const source = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
    const page = Buffer.alloc(bytes);
    let to = 0;
    for (let at = 0; at < source.length; ) {
      if (at + 8 > source.length) return undefined;
      const size = source.readUInt32BE(at);
      const end = at + 8 + source.readUInt32BE(at + 4);
      if (end > source.length || size > bytes - to) return undefined;
      page.set(this.#blocks.lz4(source.subarray(at + 8, end), size), to);
      to += size;
      at = end;
    }
    return to === bytes ? page : undefined;
  }
}

function byNode(
  decode: (bytes: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Buffer,
  packed: Uint8Array,
  bytes: number,
): Buffer {
  try {
    return decode(packed, { maxOutputLength: bytes, chunkSize: Math.max(bytes, 64) });
  } catch (error) {
    throw new SluiceError("OBJECT_CORRUPT", "Parquet data is damaged: a page that can't be decoded", { cause: error });
  }
}
