import { Buffer } from "node:buffer";
import type { Framer, TakeBlock } from "./frame.ts";
import { FrameList } from "./frame-list.ts";
import { LineWindow } from "./line-window.ts";
import { Cutter, type FrameLimit, OpenFrame } from "./oversize.ts";

const LF = 0x0a;
const CR = 0x0d;

/**
 * Lines that end in LF or CRLF; nothing else ends a line (not U+2028, U+0085 or a lone CR). Blank lines are counted as
 * skipped. Lines that are too long are split, unless told otherwise.
 */
export class LineFramer implements Framer {
  readonly #cutter: Cutter;
  readonly #window: LineWindow;
  readonly #frames = new FrameList();
  /** The line that has no end yet. */
  readonly #open: OpenFrame;
  /** Position of the chunk. */
  #base: number;

  /** `start`: position of the first byte. `kernel: null` does without WebAssembly: slower, the same frames. */
  constructor(options?: FrameLimit & { readonly start?: number | undefined; readonly kernel?: null }) {
    this.#cutter = new Cutter(options, "split", "a line");
    this.#open = new OpenFrame(this.#cutter);
    this.#window = new LineWindow(this.#cutter.max, options?.kernel);
    this.#base = options?.start ?? 0;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    const from = this.#open.isOpen ? this.#goOn(chunk, take) : 0;
    const end = Math.max(chunk.lastIndexOf(LF) + 1, from);
    if (from < end) this.#lines(chunk, from, end, take);
    if (end < chunk.length) {
      if (!this.#open.isOpen) this.#open.open(this.#base + end);
      this.#open.add(chunk, end, chunk.length, take, 1);
    }
    this.#base += chunk.length;
  }

  end(take: TakeBlock): void {
    if (this.#open.isOpen) this.#close(take);
  }

  /** The rest of the line under way; gives where the next one begins. */
  #goOn(chunk: Uint8Array, take: TakeBlock): number {
    const found = Buffer.prototype.indexOf.call(chunk, LF);
    const end = found < 0 ? chunk.length : found;
    // What is its last byte so far may turn out to be the CR of a CRLF, and no content.
    this.#open.add(chunk, 0, end, take, 1);
    if (found < 0) return end;
    this.#close(take);
    return end + 1;
  }

  #close(take: TakeBlock): void {
    const { bytes, base, isCut } = this.#open;
    if (!isCut && bytes.length <= this.#window.size) {
      take(this.#window.scan(bytes, base).block);
      this.#open.discard();
      return;
    }
    const trim = bytes.at(-1) === CR ? 1 : 0;
    if (!isCut && bytes.length === trim) this.#give(bytes, 1, take);
    this.#open.close(take, trim);
  }

  /** Whole lines: by the kernel, but for those that are too long for it. */
  #lines(chunk: Uint8Array, from: number, end: number, take: TakeBlock): void {
    for (let at = from; at < end; ) {
      const to = this.#window.isThere ? this.#window.fitting(chunk, at, end) : at;
      if (to > at) this.#scan(chunk, at, to, take);
      at = to > at ? to : this.#search(chunk, at, end, take);
    }
  }

  #scan(chunk: Uint8Array, from: number, end: number, take: TakeBlock): void {
    for (let at = from; at < end; ) {
      const { block, consumed } = this.#window.scan(chunk.subarray(at, end), this.#base + at);
      take(block);
      at += consumed;
    }
  }

  /** The same without the kernel; with one, the first line only. Gives where the next one begins. */
  #search(chunk: Uint8Array, from: number, end: number, take: TakeBlock): number {
    let skipped = 0;
    let at = from;
    do {
      const next = Buffer.prototype.indexOf.call(chunk, LF, at);
      const to = next > at && chunk[next - 1] === CR ? next - 1 : next;
      if (to - at > this.#cutter.max) {
        this.#give(chunk, skipped, take);
        skipped = 0;
        this.#cutter.whole(chunk, this.#base, at, to, take);
      } else if (to === at) skipped += 1;
      else this.#frames.add(at, to);
      at = next + 1;
    } while (at < end && !this.#window.isThere);
    this.#give(chunk, skipped, take);
    return at;
  }

  #give(bytes: Uint8Array, skipped: number, take: TakeBlock): void {
    const { from, to, count } = this.#frames;
    this.#frames.count = 0;
    if (count > 0 || skipped > 0) take({ bytes, base: this.#base, count, from, to, skipped });
  }
}
