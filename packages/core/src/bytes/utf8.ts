import { Buffer, isUtf8 } from "node:buffer";

/** Tag of a record whose message held bytes that are not UTF-8. */
export const INVALID_UTF8_TAG = "invalid_utf8";

export function isValidUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  return isUtf8(bytes.subarray(from, to));
}

/**
 * Makes bytes that are not UTF-8 readable without losing any: each offending byte becomes `\xNN`, and a backslash
 * before an `x` becomes `\x5c`, so that the original can be told from its escapes.
 */
export function escapeInvalidUtf8(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const parts: string[] = [];
  let clean = from;
  let i = from;
  const flush = (end: number): void => {
    if (end > clean) parts.push(Buffer.from(bytes.subarray(clean, end)).toString("utf8"));
  };
  while (i < to) {
    const size = sequenceLength(bytes, i, to);
    const isEscapeLike = bytes[i] === 0x5c && bytes[i + 1] === 0x78 && i + 1 < to;
    if (size > 0 && !isEscapeLike) {
      i += size;
      continue;
    }
    flush(i);
    parts.push(`\\x${(bytes[i] as number).toString(16).padStart(2, "0")}`);
    i += 1;
    clean = i;
  }
  flush(to);
  return Buffer.from(parts.join(""), "utf8");
}

/** Length of the well-formed UTF-8 sequence at `i` (Unicode 16, table 3-7), or 0. */
function sequenceLength(bytes: Uint8Array, i: number, to: number): number {
  const lead = bytes[i] as number;
  if (lead < 0x80) return 1;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return i + size <= to && isUtf8(bytes.subarray(i, i + size)) ? size : 0;
}
