import { Buffer } from "node:buffer";
import type { Framer, TakeBlock } from "./frame.ts";
import { type LineKernel, lineKernel } from "./line-kernel.ts";

const LF = 0x0a;
const CR = 0x0d;

const NO_LINES = new Int32Array(0);
const FIRST_LINES = 4096;

/** Longest line, in bytes; a longer one is split into frames of at most this size (nothing is dropped). */
export const DEFAULT_MAX_FRAME_BYTES: number = 8 * 1024 * 1024;

/**
 * Lines that end in LF or CRLF; nothing else ends a line (not U+2028, U+0085 or a lone CR). Blank lines are counted as
 * skipped. A UTF-8 byte order mark at the very start is no part of the first line. Lines that are too long are split
 * between characters, at the same places whatever the chunks are.
 */
export class LineFramer implements Framer {
  readonly #max: number;
  readonly #kernel: LineKernel | undefined;
  /** Copies of what came of the line that has no end yet, and their size. */
  #carry: Uint8Array[] = [];
  #carried = 0;
  /** Position of the first byte not yet framed. */
  #at: number;
  /** For lines that the kernel doesn't find. */
  #from: Int32Array = NO_LINES;
  #to: Int32Array = NO_LINES;
  #count = 0;

  /** `kernel: null` does without WebAssembly: slower, the same frames. */
  constructor(options?: { readonly maxFrameBytes?: number; readonly start?: number; readonly kernel?: null }) {
    this.#max = options?.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    this.#kernel = options?.kernel === null ? undefined : lineKernel();
    this.#at = options?.start ?? 0;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    const first = Buffer.prototype.indexOf.call(chunk, LF);
    if (first < 0) this.#keep(chunk, take);
    else if (this.#carried === 0) this.#lines(chunk, chunk.lastIndexOf(LF) + 1, take);
    else {
      this.#carriedLine(chunk.subarray(0, first + 1), take);
      const rest = chunk.subarray(first + 1);
      if (rest.length > 0) this.push(rest, take);
    }
  }

  end(take: TakeBlock): void {
    if (this.#carried > 0) this.#carriedLine(new Uint8Array(0), take);
  }

  /** A chunk without a line end: carried on, or given out in pieces once it is longer than a line may be. */
  #keep(chunk: Uint8Array, take: TakeBlock): void {
    if (chunk.length === 0) return;
    this.#carry.push(Buffer.from(chunk));
    this.#carried += chunk.length;
    if (this.#carried >= this.#max + 2) this.#pieces(Buffer.concat(this.#carry), take);
  }

  #carriedLine(tail: Uint8Array, take: TakeBlock): void {
    const bytes = Buffer.concat([...this.#carry, tail]);
    this.#lines(bytes, bytes.length, take);
  }

  /** Frames the whole lines in `bytes[0, end)`, carries the rest. */
  #lines(bytes: Uint8Array, end: number, take: TakeBlock): void {
    const begin = this.#begin(bytes);
    if (this.#kernel !== undefined && end - begin <= Math.min(this.#kernel.capacity, this.#max)) {
      this.#scan(this.#kernel, bytes, begin, end, take);
      return;
    }
    let skipped = 0;
    let from = begin;
    while (from < end) {
      const found = Buffer.prototype.indexOf.call(bytes, LF, from);
      const next = found < 0 || found >= end ? end : found;
      const to = next > from && bytes[next - 1] === CR ? next - 1 : next;
      if (to === from) skipped += 1;
      else this.#add(this.#split(bytes, from, to), to);
      from = next + 1;
    }
    this.#give(bytes, end, skipped, take);
  }

  /** The same by the kernel: none of these lines is too long. */
  #scan(kernel: LineKernel, bytes: Uint8Array, begin: number, end: number, take: TakeBlock): void {
    for (let at = begin; at < end; ) {
      const { block, consumed } = kernel.scan(bytes.subarray(at, end), this.#at + at);
      take(block);
      at += consumed;
    }
    this.#advance(bytes, end);
  }

  /** Frames the beginning of a line whose end isn't there yet, carries the rest. */
  #pieces(bytes: Uint8Array, take: TakeBlock): void {
    // Its last byte may turn out to be the CR of a CRLF, and no content.
    const rest = this.#split(bytes, this.#begin(bytes), bytes.length - 1);
    this.#give(bytes, rest, 0, take);
  }

  /** Where the first line begins in the bytes that come next. */
  #begin(bytes: Uint8Array): number {
    this.#count = 0;
    return this.#at === 0 ? bomLength(bytes) : 0;
  }

  /** Frames of the largest size while more than that is left of `bytes[from, to)`; gives where the rest begins. */
  #split(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (to - at > this.#max) {
      const end = at + characterBoundary(bytes, at, this.#max);
      this.#add(at, end);
      at = end;
    }
    return at;
  }

  #add(from: number, to: number): void {
    if (this.#count === this.#from.length) this.#grow();
    this.#from[this.#count] = from;
    this.#to[this.#count++] = to;
  }

  #give(bytes: Uint8Array, end: number, skipped: number, take: TakeBlock): void {
    take({ bytes, base: this.#at, count: this.#count, from: this.#from, to: this.#to, skipped });
    this.#advance(bytes, end);
  }

  #advance(bytes: Uint8Array, end: number): void {
    this.#at += end;
    this.#carry = end < bytes.length ? [Buffer.from(bytes.subarray(end))] : [];
    this.#carried = bytes.length - end;
  }

  #grow(): void {
    const size = Math.max(this.#from.length * 2, FIRST_LINES);
    const from = new Int32Array(size);
    const to = new Int32Array(size);
    from.set(this.#from);
    to.set(this.#to);
    this.#from = from;
    this.#to = to;
  }
}

function bomLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** The largest size up to `max` that doesn't end within a UTF-8 sequence; `max` itself where there is none. */
function characterBoundary(bytes: Uint8Array, from: number, max: number): number {
  for (let size = max; size > 0 && size > max - 4; size--) if (!isContinuation(bytes[from + size])) return size;
  return max;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
