import type { FrameBlock } from "../framing/frame.ts";

/** What `sources[].compression` may say: `auto` looks at the first bytes, `none` takes the bytes as they are. */
export const COMPRESSIONS = ["auto", "none", "gzip", "zlib", "zstd", "bzip2", "snappy", "zip", "parquet"] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** As many first bytes as `detect` gets, or all there are. */
export const CODEC_HEAD_BYTES = 64;

/** What decoding may take. Each is of one object; beyond it the object fails with EXPANSION_LIMIT, unless said otherwise. */
export interface DecodeLimits {
  /** Decoded bytes, at each layer of compression. */
  readonly maxExpandedBytes: number;
  /** Decoded bytes for each byte as stored; the first RATIO_FREE_BYTES of them don't count. */
  readonly maxExpansionRatio: number;
  /** Memory that a decoder needs at once because of how the data was written: a zstd window, the pages of a Parquet row. */
  readonly maxDecoderBytes: number;
  /** Bytes of one record; a longer row of a table fails its object with FRAME_TOO_LARGE. */
  readonly maxFrameBytes: number;
}

/** Decoded bytes that may come of however few stored ones. */
export const RATIO_FREE_BYTES: number = 64 * 1024 * 1024;

/** Bytes that can be read from anywhere, always of the same version of the object. */
export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes `[start, end)` in order, in chunks that are valid until the next is asked for. Never fewer: a short read fails. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** One entry of an archive: a content of its own. */
export interface ArchiveEntry {
  readonly name: string;
  /** What its bytes are: `gzip` or as they lie. Whatever comes of it is looked at again. */
  readonly compression: "gzip" | "none";
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A place inside compressed data at which decoding can begin anew; taken back only as it was offered, positions and all. */
export interface RestartPoint {
  /** Stored bytes before it: decoding goes on with the byte at this position. */
  readonly stored: number;
  /** Decoded bytes before it. */
  readonly decoded: number;
  /** What the decoder needs beside: its window, bits of a byte begun. At most MAX_RESTART_BYTES; empty where nothing is needed. */
  readonly state: Uint8Array;
}

/** Size of a restart point's state. */
export const MAX_RESTART_BYTES: number = 40 * 1024;

/** Least decoded bytes from one restart point to the next. */
export const RESTART_EVERY_BYTES: number = 2 * 1024 * 1024;

export interface StreamOptions {
  readonly limits: DecodeLimits;
  /** What is known of the size of the source, as stored. */
  readonly storedBytes: number | undefined;
  /** Begins here: the first of `chunks` begins with byte `from.stored`, and what comes out with decoded byte `from.decoded`. */
  readonly from?: RestartPoint | undefined;
  /** Called with points, between chunks that come out: `decoded` is what came out so far. The point is the callee's to keep. */
  readonly offer?: ((point: RestartPoint) => void) | undefined;
}

export interface TableOptions {
  readonly limits: DecodeLimits;
  /**
   * For tables whose columns are the fields of a format that has its records as lines: names for those columns, in their
   * order. The rows are then such lines, values separated by spaces and `-` where there is none, under a first line of the
   * names. Undefined: each row is a JSON object.
   */
  readonly header: (columns: readonly string[]) => readonly string[] | undefined;
}

/**
 * How one kind of data is decoded. Fails with a SluiceError: OBJECT_TRUNCATED, OBJECT_CORRUPT, OBJECT_ENCRYPTED,
 * COMPRESSION_UNSUPPORTED, EXPANSION_LIMIT; faults of the source come through as they are. What is damaged or cut off is
 * never given out as if it were all there: it fails at the latest where it ends.
 */
export type Decoder =
  | {
      readonly kind: "stream";
      /** Decoded chunks, each valid until the next one is asked for. */
      decode(chunks: AsyncIterable<Uint8Array>, options: StreamOptions): AsyncIterable<Uint8Array>;
      /** It offers restart points, and takes them. */
      readonly restarts?: true;
    }
  | {
      readonly kind: "archive";
      /** Entries in the order of their bytes; each is read to its end, or left, before the next one is asked for. */
      entries(file: RandomAccess, options: { readonly limits: DecodeLimits }): AsyncIterable<ArchiveEntry>;
    }
  | {
      readonly kind: "table";
      /** Rows as frames whose positions are the numbers of the rows, from 0; a block is valid until the next one is asked for. */
      rows(file: RandomAccess, options: TableOptions): AsyncIterable<FrameBlock>;
    };

/** A kind of compressed or packed data. Its code is loaded when an object shows it. */
export interface Codec {
  readonly name: Compression;
  /** By the first CODEC_HEAD_BYTES alone; true only when no text begins like this. */
  detect(head: Uint8Array): boolean;
  load(): Promise<Decoder>;
}
