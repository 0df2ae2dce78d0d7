import { Buffer, isUtf8 } from "node:buffer";

/** Tag of a record whose message held bytes that are not UTF-8. */
export const INVALID_UTF8_TAG = "invalid_utf8";

export function isValidUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  return isUtf8(bytes.subarray(from, to));
}

/** Bytes that one offending byte becomes. */
const ESCAPE_BYTES = 4;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
const HEX = Buffer.from("0123456789abcdef");

/**
 * Makes bytes that are not UTF-8 readable without losing any: each offending byte becomes `\xNN`, and a backslash
 * before an `x` becomes `\x5c`, so that the original can be told from its escapes.
 */
export function escapeInvalidUtf8(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const out = Buffer.allocUnsafe((to - from) * ESCAPE_BYTES);
  let n = 0;
  let i = from;
  while (i < to) {
    const byte = bytes[i] as number;
    const isEscapeLike = byte === BACKSLASH && i + 1 < to && bytes[i + 1] === LOWER_X;
    const size = isEscapeLike ? 0 : sequenceLength(bytes, i, to);
    if (size > 0) for (const end = i + size; i < end; i++) out[n++] = bytes[i] as number;
    else {
      out[n++] = BACKSLASH;
      out[n++] = LOWER_X;
      out[n++] = HEX[byte >> 4] as number;
      out[n++] = HEX[byte & 15] as number;
      i += 1;
    }
  }
  return out.subarray(0, n);
}

/** Length of the well-formed UTF-8 sequence at `i` (Unicode 16, table 3-7), or 0. */
function sequenceLength(bytes: Uint8Array, i: number, to: number): number {
  const lead = bytes[i] as number;
  if (lead < 0x80) return 1;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return i + size <= to && isUtf8(bytes.subarray(i, i + size)) ? size : 0;
}
