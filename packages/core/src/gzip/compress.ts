import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { gzipFast } from "./gzip.ts";

/** Output is made in pieces of this size; zlib's own 16 KiB means many to join. */
const CHUNK_BYTES = 256 * 1024;

/** One gzip member for a request's body, at once. Level 1 is the kernel's; 2 to 9 are zlib's. The same bytes give the same member. */
export function gzip(bytes: Uint8Array, level: number): Buffer {
  if (level > 1) return gzipSync(bytes, { level, chunkSize: CHUNK_BYTES });
  const member = gzipFast(bytes);
  return Buffer.from(member.buffer, member.byteOffset, member.length);
}
