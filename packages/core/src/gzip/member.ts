import { Buffer } from "node:buffer";
import { constants, crc32, deflateRawSync } from "node:zlib";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { deflateKernel, gzipHeader } from "./gzip.ts";

/**
 * Bytes of a piece: little enough that it, and those of a few other sinks, are still in the cache; enough that the start of each costs
 * nothing. A whole number of the kernel's.
 */
export const GZIP_PIECE_BYTES: number = 256 * 1024;

/** As far as matches reach back (RFC 1951, 3.2.5). */
const WINDOW_BYTES = 32 * 1024;
/** A piece's output mostly fits. */
const CHUNK_BYTES = 128 * 1024;
const TRAILER_BYTES = 8;

/** Deflates a piece, knowing those before it; what it returns is valid until the next one. */
type Deflate = (piece: Uint8Array, last: boolean) => Uint8Array;

/**
 * One gzip member (RFC 1952), made while its bytes come. The same bytes give the same member, whatever
 * steps they come in and whatever is compressed in between; up to level 6 it is the one that `gzip` makes.
 */
export class GzipMember {
  readonly #out: ByteWriter;
  readonly #deflate: Deflate;
  #crc = 0;
  #size = 0;

  /** Appends to `out`, from its header on. */
  constructor(level: number, out: ByteWriter) {
    this.#out = out;
    this.#deflate = kernelDeflate(level) ?? zlibDeflate(level);
    out.bytes(gzipHeader(level));
  }

  /** Takes whole pieces only. Gives how many bytes that were; the rest is to come again, with what follows it. */
  take(bytes: Uint8Array): number {
    let at = 0;
    for (; bytes.length - at >= GZIP_PIECE_BYTES; at += GZIP_PIECE_BYTES)
      this.#put(bytes.subarray(at, at + GZIP_PIECE_BYTES), false);
    return at;
  }

  /** Takes all that is left: the member is complete then. */
  end(bytes: Uint8Array): void {
    this.#put(bytes.subarray(this.take(bytes)), true);
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    this.#out.bytes(trailer);
  }

  #put(bytes: Uint8Array, last: boolean): void {
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    this.#out.bytes(this.#deflate(bytes, last));
  }
}

function kernelDeflate(level: number): Deflate | undefined {
  const kernel = deflateKernel(level);
  if (kernel === undefined) return undefined;
  const state = kernel.begin(level);
  return (piece, last) => kernel.piece(state, piece, last);
}

/** Each piece by itself, with the end of the one before as its dictionary: no stream, and no thread to hand it to. */
function zlibDeflate(level: number): Deflate {
  let dictionary: Buffer | undefined;
  return (piece, last) => {
    const finishFlush = last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
    const given = dictionary === undefined ? {} : { dictionary };
    const deflated = deflateRawSync(piece, { level, chunkSize: CHUNK_BYTES, finishFlush, ...given });
    dictionary = Buffer.from(piece.subarray(-WINDOW_BYTES));
    return deflated;
  };
}
