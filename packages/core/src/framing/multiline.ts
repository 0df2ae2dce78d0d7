import { Buffer } from "node:buffer";
import type { Pattern } from "../ports/patterns.ts";
import type { FramerOptions } from "./chunk-frames.ts";
import type { Framer, TakeBlock } from "./frame.ts";
import { FrameList } from "./frame-list.ts";
import { HeldBytes } from "./held-bytes.ts";
import { Cutter, OpenFrame } from "./oversize.ts";

/** Which lines belong together: exactly one of the first four says so. */
export interface Multiline {
  /** A line that it matches begins a record. */
  readonly start?: Pattern | undefined;
  /** A line that it matches is the last of a record. */
  readonly end?: Pattern | undefined;
  /** A line whose last character is a backslash goes on in the next one. */
  readonly continued?: boolean | undefined;
  /** So many lines are a record. */
  readonly count?: number | undefined;
  /** With a line more, a record would be larger than this: another begins. Default: DEFAULT_MAX_LINES, and with `count` none. */
  readonly maxLines?: number | undefined;
  /** The same in bytes. Default, and at most: the largest frame. */
  readonly maxBytes?: number | undefined;
}

export const DEFAULT_MAX_LINES = 1000;

const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;

type Says = "begins" | "ends" | "nothing";

/**
 * Several lines as one frame: from the first one's beginning to the last one's end, as they stand. A blank line at either
 * end of a record is no part of it, and counted as skipped. Lines before the first that begins a record are one, too. A line
 * too large for a frame is one by itself, and cut as such: split, unless told otherwise.
 */
export class MultilineFramer implements Framer {
  readonly #rules: Multiline;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #cutter: Cutter;
  readonly #frames = new FrameList();
  #skipped = 0;
  /** Copies of what came of the record under way, and of the line that has no end yet. */
  readonly #held = new HeldBytes();
  /** The line that is too large, while it has no end yet. */
  readonly #long: OpenFrame;
  /** Position of the first byte that is held, or of the next one. */
  #base: number;
  /** What follows are places among those bytes: of the record under way, -1 when there is none, and where its last line ends. */
  #record = -1;
  #recordEnd = 0;
  /** Where the line begins that has no end yet. */
  #line = 0;
  /** Of the record under way, blank ones included; and how many of those are the last. */
  #lines = 0;
  #blank = 0;

  constructor(rules: Multiline, options?: FramerOptions) {
    this.#rules = rules;
    this.#cutter = new Cutter(options, "split", "a line");
    this.#long = new OpenFrame(this.#cutter);
    this.#maxLines = rules.maxLines ?? (rules.count === undefined ? DEFAULT_MAX_LINES : Number.POSITIVE_INFINITY);
    this.#maxBytes = Math.min(rules.maxBytes ?? this.#cutter.max, this.#cutter.max);
    this.#base = options?.start ?? 0;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    const rest = this.#long.isOpen ? this.#goOn(chunk, take) : chunk;
    if (rest.length === 0) return;
    const seen = this.#held.length;
    if (seen > 0) this.#held.add(rest);
    const bytes = seen > 0 ? this.#held.bytes : rest;
    this.#read(bytes, seen, take);
    this.#give(bytes, take);
    this.#keep(bytes, take);
  }

  end(take: TakeBlock): void {
    const { bytes } = this.#held;
    if (this.#long.isOpen) this.#long.close(take, this.#long.bytes.at(-1) === CR ? 1 : 0);
    else if (this.#line < bytes.length) this.#take(bytes, bytes.length, take);
    this.#close();
    this.#give(bytes, take);
  }

  /** The lines that end in the bytes from `seen` on. */
  #read(bytes: Uint8Array, seen: number, take: TakeBlock): void {
    for (let from = seen; ; ) {
      const end = Buffer.prototype.indexOf.call(bytes, LF, from);
      if (end < 0) return;
      this.#take(bytes, end, take);
      this.#line = end + 1;
      from = this.#line;
    }
  }

  /** One line, whose line end is at `end`. */
  #take(bytes: Uint8Array, end: number, take: TakeBlock): void {
    const from = this.#line;
    const to = end > from && bytes[end - 1] === CR ? end - 1 : end;
    if (to - from > this.#cutter.max) {
      this.#close();
      this.#give(bytes, take);
      this.#cutter.whole(bytes, this.#base, from, to, take);
    } else if (from === to) this.#takeBlank(this.#says(bytes, from, to));
    else this.#takeLine(from, to, this.#says(bytes, from, to));
  }

  #takeLine(from: number, to: number, says: Says): void {
    const full = this.#lines >= this.#maxLines || to - this.#record > this.#maxBytes;
    if (this.#record >= 0 && (full || says === "begins")) this.#close();
    if (this.#record < 0) this.#record = from;
    this.#recordEnd = to;
    this.#lines += 1;
    this.#blank = 0;
    if (says === "ends" || this.#lines === this.#rules.count) this.#close();
  }

  #takeBlank(says: Says): void {
    this.#blank += 1;
    if (this.#record >= 0) this.#lines += 1;
    if (this.#record < 0 || says !== "nothing" || this.#lines === this.#rules.count) this.#close();
  }

  #says(bytes: Uint8Array, from: number, to: number): Says {
    const { start, end, continued } = this.#rules;
    if (continued === true) return bytes[to - 1] === BACKSLASH && to > from ? "nothing" : "ends";
    if (start === undefined && end === undefined) return "nothing";
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
    if (start?.test(text) === true) return "begins";
    return end?.test(text) === true ? "ends" : "nothing";
  }

  /** The record under way, if there is one, is complete. */
  #close(): void {
    if (this.#record >= 0) this.#frames.add(this.#record, this.#recordEnd);
    this.#skipped += this.#blank;
    this.#record = -1;
    this.#lines = 0;
    this.#blank = 0;
  }

  #give(bytes: Uint8Array, take: TakeBlock): void {
    const { count, from, to } = this.#frames;
    const skipped = this.#skipped;
    if (count === 0 && skipped === 0) return;
    this.#frames.count = 0;
    this.#skipped = 0;
    take({ bytes, base: this.#base, count, from, to, skipped });
  }

  /** Holds what has no end yet. */
  #keep(bytes: Uint8Array, take: TakeBlock): void {
    const size = bytes.length - this.#line - (bytes.at(-1) === CR ? 1 : 0);
    if (size > this.#cutter.max) {
      this.#close();
      this.#give(bytes, take);
      this.#long.open(this.#base + this.#line);
      this.#long.add(bytes, this.#line, bytes.length, take, 1);
      this.#line = bytes.length;
    }
    this.#hold(bytes, this.#record >= 0 ? this.#record : this.#line);
  }

  #hold(bytes: Uint8Array, from: number): void {
    if (this.#held.length === 0) this.#held.add(bytes, from);
    else this.#held.drop(from);
    this.#base += from;
    this.#line -= from;
    this.#recordEnd -= from;
    if (this.#record >= 0) this.#record = 0;
  }

  /** The rest of the line that is too large; gives what is behind it. */
  #goOn(chunk: Uint8Array, take: TakeBlock): Uint8Array {
    const found = Buffer.prototype.indexOf.call(chunk, LF);
    const end = found < 0 ? chunk.length : found;
    this.#long.add(chunk, 0, end, take, 1);
    this.#base += Math.min(end + 1, chunk.length);
    if (found < 0) return chunk.subarray(end);
    this.#long.close(take, this.#long.bytes.at(-1) === CR ? 1 : 0);
    return chunk.subarray(end + 1);
  }
}
