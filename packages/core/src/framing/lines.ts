import { Buffer } from "node:buffer";
import type { FrameBlock, Framer } from "./frame.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Longest line, in bytes; a longer one is split into frames of this size (nothing is dropped). */
export const DEFAULT_MAX_FRAME_BYTES: number = 8 * 1024 * 1024;

/**
 * Lines that end in LF or CRLF; nothing else ends a line (not U+2028, U+0085 or a lone CR). Blank lines are counted as
 * skipped. A UTF-8 byte order mark at the very start is no part of the first line.
 */
export class LineFramer implements Framer {
  readonly #max: number;
  /** Chunks of the line that has no end yet, and their size. */
  #carry: Uint8Array[] = [];
  #carried = 0;
  /** Position of the first byte not yet framed. */
  #at: number;
  /** What is carried goes on a line whose beginning was already given out. */
  #continuing = false;
  #from = new Int32Array(4096);
  #to = new Int32Array(4096);

  constructor(options?: { readonly maxFrameBytes?: number; readonly start?: number }) {
    this.#max = options?.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    this.#at = options?.start ?? 0;
  }

  push(chunk: Uint8Array): readonly FrameBlock[] {
    const first = Buffer.prototype.indexOf.call(chunk, LF);
    if (first < 0) return this.#keep(chunk);
    if (this.#carried === 0) return [this.#frame(chunk, chunk.lastIndexOf(LF) + 1, true)];
    const joined = this.#frameCarried(chunk.subarray(0, first + 1));
    const rest = chunk.subarray(first + 1);
    if (rest.length === 0) return [joined];
    // The joined line's arrays would be overwritten by the next block's.
    const kept: FrameBlock = {
      ...joined,
      from: joined.from.slice(0, joined.count),
      to: joined.to.slice(0, joined.count),
    };
    return [kept, ...this.push(rest)];
  }

  end(): readonly FrameBlock[] {
    if (this.#carried === 0) return [];
    return [this.#frameCarried(new Uint8Array(0))];
  }

  /** A chunk without a line end: carried on, or given out in pieces once it is longer than a line may be. */
  #keep(chunk: Uint8Array): readonly FrameBlock[] {
    if (chunk.length === 0) return [];
    this.#carry.push(chunk);
    this.#carried += chunk.length;
    if (this.#carried < this.#max + 2) return [];
    const bytes = Buffer.concat(this.#carry);
    // Two bytes stay behind, so that a CRLF is never cut in two.
    const whole = Math.floor((bytes.length - 2) / this.#max) * this.#max;
    this.#carry = [];
    this.#carried = 0;
    const block = this.#frame(bytes, whole, false);
    this.#continuing = true;
    return [block];
  }

  #frameCarried(tail: Uint8Array): FrameBlock {
    const bytes = Buffer.concat([...this.#carry, tail]);
    this.#carry = [];
    this.#carried = 0;
    return this.#frame(bytes, bytes.length, true);
  }

  /** Frames `bytes[0, end)`, carries the rest. `whole`: the last line is complete, so a CR at its end is no content. */
  #frame(bytes: Uint8Array, end: number, whole: boolean): FrameBlock {
    const base = this.#at;
    let count = 0;
    let skipped = 0;
    let from = base === 0 ? bomLength(bytes) : 0;
    while (from < end) {
      const found = Buffer.prototype.indexOf.call(bytes, LF, from);
      const next = found < 0 || found >= end ? end : found;
      const to = whole && next > from && bytes[next - 1] === CR ? next - 1 : next;
      if (to === from && !this.#continuing) skipped += 1;
      this.#continuing = false;
      for (let at = from; at < to; at += this.#max) {
        if (count === this.#from.length) this.#grow();
        this.#from[count] = at;
        this.#to[count++] = Math.min(to, at + this.#max);
      }
      from = next + 1;
    }
    this.#at = base + end;
    if (end < bytes.length) {
      this.#carry = [bytes.subarray(end)];
      this.#carried = bytes.length - end;
    }
    return { bytes, base, count, from: this.#from, to: this.#to, skipped };
  }

  #grow(): void {
    const size = this.#from.length * 2;
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
