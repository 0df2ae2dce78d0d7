const SPACE = 0x20;
const QUOTE = 0x22;

/** Most fields that a line may have; what follows the last is left alone. */
export const MAX_TOKENS = 64;

/** Fields of one line: spans of bytes, quotes excluded. Reused from line to line. */
export class Tokens {
  readonly from: Int32Array = new Int32Array(MAX_TOKENS);
  readonly to: Int32Array = new Int32Array(MAX_TOKENS);
  count = 0;
  /** How many of them stood in quotes. */
  quoted = 0;

  /**
   * Splits at single spaces; a field in double quotes ends at a quote that a space or the line's end follows.
   * False when a quote is never closed. Linear in the line's length.
   */
  split(bytes: Uint8Array, from: number, to: number): boolean {
    this.count = 0;
    this.quoted = 0;
    let at = from;
    while (at < to && this.count < MAX_TOKENS) {
      const quoted = bytes[at] === QUOTE;
      const begin = quoted ? at + 1 : at;
      const end = quoted ? closingQuote(bytes, begin, to) : nextSpace(bytes, at, to);
      if (end < 0) return false;
      if (quoted) this.quoted += 1;
      this.from[this.count] = begin;
      this.to[this.count++] = end;
      at = end + (quoted ? 2 : 1);
    }
    return true;
  }

  /** True for the `-` that stands for no value, and for fields that the line doesn't have. */
  absent(index: number, bytes: Uint8Array): boolean {
    if (index >= this.count) return true;
    const from = this.from[index] as number;
    const size = (this.to[index] as number) - from;
    return size === 0 || (size === 1 && bytes[from] === 0x2d);
  }
}

function nextSpace(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i] !== SPACE) i++;
  return i;
}

function closingQuote(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === QUOTE && (i + 1 === to || bytes[i + 1] === SPACE)) return i;
  return -1;
}

/** True when the span is digits only, without a leading zero: fit to stand in JSON as a number. */
export function isWholeNumber(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from || to - from > 15 || (bytes[from] === 0x30 && to - from > 1)) return false;
  for (let i = from; i < to; i++) if (!isDigit(bytes[i])) return false;
  return true;
}

/** True for `digits[.digits]` without superfluous zeros in front. */
export function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  let dot = from;
  while (dot < to && bytes[dot] !== 0x2e) dot++;
  if (!isWholeNumber(bytes, from, dot)) return false;
  if (dot === to) return true;
  for (let i = dot + 1; i < to; i++) if (!isDigit(bytes[i])) return false;
  return dot + 1 < to;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
