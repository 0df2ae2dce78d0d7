import { isAbsent } from "../fields/text.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Most fields that a line may have; what follows the last is left alone. */
export const MAX_TOKENS = 160;

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
      const end = quoted ? closing(QUOTE, bytes, begin, to) : nextSpace(bytes, at, to);
      if (end < 0) return false;
      if (quoted) this.quoted += 1;
      this.from[this.count] = begin;
      this.to[this.count++] = end;
      at = end + (quoted ? 2 : 1);
    }
    return true;
  }

  /** The same, and a field in square brackets ends at one that a space or the line's end follows. */
  splitBracketed(bytes: Uint8Array, from: number, to: number): boolean {
    this.count = 0;
    this.quoted = 0;
    let at = from;
    while (at < to && this.count < MAX_TOKENS) {
      const close = bytes[at] === QUOTE ? QUOTE : bytes[at] === OPEN_BRACKET ? CLOSE_BRACKET : 0;
      const begin = close === 0 ? at : at + 1;
      const end = close === 0 ? nextSpace(bytes, at, to) : closing(close, bytes, begin, to);
      if (end < 0) return false;
      if (close === QUOTE) this.quoted += 1;
      this.from[this.count] = begin;
      this.to[this.count++] = end;
      at = end + (close === 0 ? 1 : 2);
    }
    return true;
  }

  /** Splits at each of a byte, which nothing hides. */
  splitAt(separator: number, bytes: Uint8Array, from: number, to: number): boolean {
    this.count = 0;
    this.quoted = 0;
    let begin = from;
    for (let at = from; at <= to && this.count < MAX_TOKENS; at++) {
      if (at < to && bytes[at] !== separator) continue;
      this.from[this.count] = begin;
      this.to[this.count++] = at;
      begin = at + 1;
    }
    return true;
  }

  /** True for the `-` that stands for no value, and for fields that the line doesn't have. */
  absent(index: number, bytes: Uint8Array): boolean {
    return index >= this.count || isAbsent(bytes, this.from[index] as number, this.to[index] as number);
  }
}

function nextSpace(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i] !== SPACE) i++;
  return i;
}

function closing(mark: number, bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === mark && (i + 1 === to || bytes[i + 1] === SPACE)) return i;
  return -1;
}
