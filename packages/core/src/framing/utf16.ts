import { Buffer } from "node:buffer";
import { SluiceError } from "../errors.ts";
import type { FrameBlock, Framer, TakeBlock } from "./frame.ts";

/** Bytes of UTF-16 that are transcoded at once. */
const PIECE_BYTES = 128 * 1024;
/** At most so much is left of a piece: a high surrogate and half of the unit behind it. */
const MAX_LEFT = 3;

/**
 * UTF-16 for a framer of UTF-8. Frames have the positions of their UTF-16 bytes. A surrogate without its other half becomes
 * the three bytes that UTF-8 would have for it: they are no valid UTF-8, so that it stays what it was and is told.
 * Half a unit at the end fails with OBJECT_TRUNCATED, after what came before.
 */
export class Utf16Framer implements Framer {
  readonly #inner: Framer;
  readonly #bigEndian: boolean;
  readonly #work = Buffer.alloc(MAX_LEFT + PIECE_BYTES);
  /** How many bytes of the last piece are still in `work`. */
  #left = 0;
  readonly #places: Places;

  /** `start`: position of the first byte. `inner` begins at 0. */
  constructor(inner: Framer, options: { readonly bigEndian: boolean; readonly start: number }) {
    this.#inner = inner;
    this.#bigEndian = options.bigEndian;
    this.#places = new Places(options.start);
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) this.#piece(chunk.subarray(at, at + PIECE_BYTES), take);
  }

  end(take: TakeBlock): void {
    const odd = this.#left % 2;
    if (this.#left > odd) this.#transcode(this.#left - odd, take);
    this.#places.enter(NO_BYTES);
    this.#inner.end((block) => take(this.#places.translated(block)));
    if (odd > 0) throw new SluiceError("OBJECT_TRUNCATED", "UTF-16 text that ends within a character");
  }

  #piece(piece: Uint8Array, take: TakeBlock): void {
    this.#work.set(piece, this.#left);
    const size = this.#left + piece.length;
    const whole = size - (size % 2);
    const usable = whole > 0 && isHighSurrogate(this.#unit(whole - 2)) ? whole - 2 : whole;
    const left = Uint8Array.from(this.#work.subarray(usable, size));
    if (usable > 0) this.#transcode(usable, take);
    this.#work.set(left);
    this.#left = left.length;
  }

  #unit(at: number): number {
    return this.#bigEndian ? this.#work.readUInt16BE(at) : this.#work.readUInt16LE(at);
  }

  #transcode(size: number, take: TakeBlock): void {
    const units = this.#work.subarray(0, size);
    if (this.#bigEndian) units.swap16();
    const text = units.toString("utf16le");
    const utf8 = text.isWellFormed() ? Buffer.from(text) : generalizedUtf8(text);
    this.#places.enter(utf8);
    this.#inner.push(utf8, (block) => take(this.#places.translated(block)));
  }
}

const NO_BYTES = new Uint8Array(0);

/**
 * Which position in UTF-16 a position in the UTF-8 made of it is. Counted within the bytes at hand: a block's reach at
 * least to the piece being read, its place in which is known.
 */
class Places {
  /** The piece being read, and where it begins. */
  #piece: Uint8Array = NO_BYTES;
  #piece8 = 0;
  #piece16: number;
  /** A place that is known: counting goes on from there. */
  #known8 = 0;
  #known16: number;

  constructor(start: number) {
    this.#piece16 = start;
    this.#known16 = start;
  }

  enter(piece: Uint8Array): void {
    this.#piece16 += bytesAsUtf16(this.#piece, 0, this.#piece.length);
    this.#piece8 += this.#piece.length;
    this.#piece = piece;
    this.#startOver();
  }

  translated(block: FrameBlock): FrameBlock {
    const start = new Float64Array(block.count);
    const end = new Float64Array(block.count);
    if (block.base > this.#piece8) this.#advance(block.base);
    for (let i = 0; i < block.count; i++) {
      start[i] = this.#find(block, block.from[i] as number);
      end[i] = this.#find(block, block.to[i] as number);
    }
    return { ...block, base: block.count > 0 ? (start[0] as number) : this.#known16, start, end };
  }

  #startOver(): void {
    this.#known8 = this.#piece8;
    this.#known16 = this.#piece16;
  }

  /** On to a place in the piece itself, unless counting is beyond it already. */
  #advance(position: number): void {
    if (this.#known8 < this.#piece8) this.#startOver();
    if (this.#known8 >= position) return;
    this.#known16 += bytesAsUtf16(this.#piece, this.#known8 - this.#piece8, position - this.#piece8);
    this.#known8 = position;
  }

  #find({ bytes, base }: FrameBlock, at: number): number {
    const position = base + at;
    if (this.#known8 < base) this.#startOver();
    if (position >= this.#known8) this.#known16 += bytesAsUtf16(bytes, this.#known8 - base, at);
    else this.#known16 -= bytesAsUtf16(bytes, at, this.#known8 - base);
    this.#known8 = position;
    return this.#known16;
  }
}

/** A character of up to three bytes is one unit, one of four bytes two. */
function bytesAsUtf16(utf8: Uint8Array, from: number, to: number): number {
  let units = 0;
  for (let i = from; i < to; i++) {
    const byte = utf8[i] as number;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units * 2;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** The same for bytes that are looked at only, to say what they hold. */
export function utf16Head(bytes: Uint8Array, bigEndian: boolean): Uint8Array {
  const units = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return Buffer.from((bigEndian ? units.swap16() : units).toString("utf16le"));
}

/** UTF-8 but that surrogates alone are encoded like other characters ("WTF-8"). */
function generalizedUtf8(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { index, 0: surrogate } of text.matchAll(/\p{Surrogate}/gu)) {
    const unit = surrogate.charCodeAt(0);
    parts.push(Buffer.from(text.slice(from, index)));
    parts.push(Uint8Array.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)));
    from = index + 1;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}
