import { Buffer } from "node:buffer";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { putBack, SluiceError, takeInflater } from "@sluice/core";
import type { Blocks } from "../blocks/blocks.ts";
import { damaged } from "./thrift.ts";

/** What pages are compressed with, by number. */
const NAMES = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"] as const;

/** Memory for the pages of one column, used again once nothing of the last one is wanted. */
export class PageMemory {
  #buffer: Buffer = Buffer.alloc(0);

  /** So many bytes, which hold anything. */
  take(bytes: number): Buffer {
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    return this.#buffer.subarray(0, bytes);
  }
}

/** Unpacks the pages of one file. */
export class PagePacking {
  readonly #blocks: Blocks;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  /** Fills `page`, neither less nor more. */
  unpack(codec: number, packed: Uint8Array, page: Buffer): void {
    const name = NAMES[codec];
    if (page.length === 0 && name !== "UNCOMPRESSED") return;
    const size = this.#fill(name, packed, page);
    if (size !== page.length) throw damaged(`a page of ${size} bytes that says ${page.length}`);
  }

  #fill(name: (typeof NAMES)[number] | undefined, packed: Uint8Array, page: Buffer): number {
    if (name === "UNCOMPRESSED") return copied(packed, page);
    if (name === "SNAPPY") return copied(this.#blocks.snappy(packed, page.length), page);
    if (name === "LZ4_RAW") return copied(this.#blocks.lz4(packed, page.length), page);
    if (name === "LZ4") return this.#hadoopLz4(packed, page) ?? copied(this.#blocks.lz4(packed, page.length), page);
    if (name === "GZIP") return gunzipped(packed, page);
    if (name === "BROTLI") return byNode(brotliDecompressSync, packed, page);
    if (name === "ZSTD") return byNode(zstdDecompressSync, packed, page);
    throw new SluiceError(
      "COMPRESSION_UNSUPPORTED",
      `Parquet data compressed with ${name ?? "a codec of no known number"}`,
    );
  }

  /** Blocks with their sizes before them, as Hadoop writes; undefined where that isn't so. */
  #hadoopLz4(packed: Uint8Array, page: Buffer): number | undefined {
    const source = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
    let to = 0;
    for (let at = 0; at < source.length; ) {
      if (at + 8 > source.length) return undefined;
      const size = source.readUInt32BE(at);
      const end = at + 8 + source.readUInt32BE(at + 4);
      if (end > source.length || size > page.length - to) return undefined;
      page.set(this.#blocks.lz4(source.subarray(at + 8, end), size), to);
      to += size;
      at = end;
    }
    return to === page.length ? to : undefined;
  }
}

function copied(from: Uint8Array, page: Buffer): number {
  if (from.length <= page.length) page.set(from);
  return from.length;
}

/** By core's kernel, which needs no memory of its own for each page. */
function gunzipped(packed: Uint8Array, page: Buffer): number {
  const inflater = takeInflater();
  if (inflater === undefined) return byNode(gunzipSync, packed, page);
  let size = 0;
  try {
    for (const piece of inflater.decode(packed)) {
      page.set(piece, size);
      size += piece.length;
    }
    inflater.finish();
    return size;
  } catch (error) {
    throw undecodable(error);
  } finally {
    putBack(inflater);
  }
}

function byNode(
  decode: (bytes: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Buffer,
  packed: Uint8Array,
  page: Buffer,
): number {
  try {
    return copied(decode(packed, { maxOutputLength: page.length, chunkSize: Math.max(page.length, 64) }), page);
  } catch (error) {
    throw undecodable(error);
  }
}

function undecodable(cause: unknown): SluiceError {
  return new SluiceError("OBJECT_CORRUPT", "Parquet data is damaged: a page that can't be decoded", { cause });
}
