import { Buffer } from "node:buffer";
import { ISO_BYTES, writeIsoMillis } from "./iso-time.ts";

/** `Buffer.prototype.copy` works on any Uint8Array, and needs no view of the part to be copied. */
const { copy } = Buffer.prototype;
/** Shorter runs are copied byte by byte: a call costs more. */
const LOOP_BYTES = 20;
const LOOP_CHARS = 40;
/** Texts are escaped so much at a time, as room must be there for six times that. */
const PIECE_BYTES = 64 * 1024;

const ZERO = 0x30;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = Buffer.from("0123456789abcdef");
/** Short escapes of JSON (RFC 8259 §7); other control bytes become \u00XX. */
const SHORT = new Uint8Array(32);
SHORT[8] = 0x62;
SHORT[9] = 0x74;
SHORT[10] = 0x6e;
SHORT[12] = 0x66;
SHORT[13] = 0x72;

/** Append-only bytes in one growing slab: what sinks encode records into. Not safe to hold `buffer` across writes: it may move. */
export class ByteWriter {
  buffer: Buffer;
  length = 0;

  readonly #full: number;

  /** `capacity` in bytes at first; then `full`, and beyond it by doubling. */
  constructor(capacity: number = 64 * 1024, full: number = 0) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(capacity, 64));
    this.#full = full;
  }

  /** Makes room for `more` bytes beyond the length. */
  reserve(more: number): void {
    const need = this.length + more;
    if (need <= this.buffer.length) return;
    const bigger = Buffer.allocUnsafeSlow(need <= this.#full ? this.#full : Math.max(need, this.buffer.length * 2));
    this.buffer.copy(bigger, 0, 0, this.length);
    this.buffer = bigger;
  }

  /** Takes back all that was written beyond `length`. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Takes back the first `count` bytes. */
  drop(count: number): void {
    this.buffer.copyWithin(0, count, this.length);
    this.length -= count;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  bytes(source: Uint8Array, from: number = 0, to: number = source.length): void {
    const size = to - from;
    this.reserve(size);
    if (size < LOOP_BYTES) {
      const out = this.buffer;
      let n = this.length;
      for (let i = from; i < to; i++) out[n++] = source[i] as number;
    } else if (size === source.length) this.buffer.set(source, this.length);
    else copy.call(source, this.buffer, this.length, from, to);
    this.length += size;
  }

  /** Text known to be ASCII. */
  ascii(text: string): void {
    const size = text.length;
    this.reserve(size);
    if (size > LOOP_CHARS) {
      this.length += this.buffer.write(text, this.length, "latin1");
      return;
    }
    const out = this.buffer;
    const at = this.length;
    for (let i = 0; i < size; i++) out[at + i] = text.charCodeAt(i);
    this.length += size;
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, "utf8");
  }

  /** A whole number, in decimal digits. */
  integer(value: number): void {
    if (!(value >= 0 && value < 1e9)) {
      this.ascii(String(value));
      return;
    }
    let size = 1;
    for (let limit = 10; value >= limit; limit *= 10) size += 1;
    this.reserve(size);
    this.length += size;
    let rest = value | 0;
    for (let at = this.length - 1; size > 0; size--) {
      const tens = (rest / 10) | 0;
      this.buffer[at--] = ZERO + rest - tens * 10;
      rest = tens;
    }
  }

  /** `2026-05-01T00:00:00.123Z` */
  isoMillis(ms: number): void {
    this.reserve(ISO_BYTES);
    this.length = writeIsoMillis(ms, this.buffer, this.length);
  }

  /** A JSON string literal, quotes included; lone surrogates become U+FFFD. */
  jsonString(text: string): void {
    this.utf8(JSON.stringify(text.isWellFormed() ? text : text.toWellFormed()));
  }

  /** The inside of a JSON string literal (no quotes) for valid UTF-8 bytes. */
  jsonText(source: Uint8Array, from: number, to: number): void {
    let at = from;
    for (; to - at > PIECE_BYTES; at += PIECE_BYTES) this.#jsonPiece(source, at, at + PIECE_BYTES);
    this.#jsonPiece(source, at, to);
  }

  #jsonPiece(source: Uint8Array, from: number, to: number): void {
    this.reserve((to - from) * 6);
    const out = this.buffer;
    let n = this.length;
    for (let i = from; i < to; i++) {
      const byte = source[i] as number;
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) out[n++] = byte;
      else n = escapeByte(byte, out, n);
    }
    this.length = n;
  }

  /** What was written from `from` on; shares memory with the slab. */
  view(from = 0, to: number = this.length): Buffer {
    return this.buffer.subarray(from, to);
  }
}

function escapeByte(byte: number, out: Uint8Array, at: number): number {
  let n = at;
  out[n++] = BACKSLASH;
  const short = byte < 0x20 ? (SHORT[byte] as number) : byte;
  if (short !== 0) {
    out[n++] = short;
    return n;
  }
  out[n++] = 0x75;
  out[n++] = 0x30;
  out[n++] = 0x30;
  out[n++] = HEX[byte >> 4] as number;
  out[n++] = HEX[byte & 15] as number;
  return n;
}
