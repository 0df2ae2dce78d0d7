import { Buffer, isUtf8 } from "node:buffer";
import { createInflate } from "node:zlib";
import { CHUNK_BYTES, inflateByZlib } from "./gunzip.ts";

// The format: RFC 1950. Its header is two bytes, and "x^" is one.

const DEFLATE_32K = 0x78;
const PRESET_DICTIONARY = 0x20;
const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

/** Header of a stream with the usual window and no preset dictionary, and not the beginning of a text. */
export function isZlib(head: Uint8Array): boolean {
  const [method, flags] = head;
  if (method !== DEFLATE_32K || flags === undefined || (flags & PRESET_DICTIONARY) !== 0) return false;
  return ((method << 8) | flags) % 31 === 0 && !isText(head);
}

function isText(head: Uint8Array): boolean {
  const control = head.some((byte) => byte < SPACE && byte !== LF && byte !== CR && byte !== TAB);
  return !control && isUtf8(wholeCharacters(head));
}

/** Without a character at the end that may be cut off. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 3 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--;
  return end > 0 && (bytes[end - 1] as number) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}

/** A zlib stream → decoded chunks. Zeros may follow it; errors as of `gunzip`. */
export async function* unzlib(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    yield* inflateByZlib(createInflate({ chunkSize: CHUNK_BYTES }), "zlib", Buffer.alloc(0), chunks);
  } finally {
    await chunks.return?.();
  }
}
