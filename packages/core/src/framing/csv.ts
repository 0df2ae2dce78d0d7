import { Buffer } from "node:buffer";
import { ChunkFrames, type FramerOptions } from "./chunk-frames.ts";
import type { FrameBlock, Framer, TakeBlock } from "./frame.ts";
import { LineWindow } from "./line-window.ts";

/** How rows of a table are written. */
export interface Dialect {
  /** Between two cells: one ASCII character, neither a quote nor a line end. */
  readonly delimiter: string;
  /** A cell that begins with a double quote ends at the next one that isn't doubled, whatever is in it; false: quotes mean nothing. */
  readonly quotes: boolean;
}

export const CSV: Dialect = { delimiter: ",", quotes: true };
export const TSV: Dialect = { delimiter: "\t", quotes: true };

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const NONE = Number.POSITIVE_INFINITY;

/**
 * Rows of a table (RFC 4180): lines, except that a line end within a quoted cell is a part of it. A quote anywhere but at
 * a cell's beginning is content like any other. Blank lines are counted as skipped. A row that is too large is refused,
 * unless told otherwise: most likely a quote was never closed.
 */
export class CsvFramer implements Framer {
  readonly #frames: ChunkFrames;
  readonly #delimiter: number;
  readonly #quotes: boolean;
  readonly #window: LineWindow;
  /** Within a quoted cell. */
  #quoted = false;
  /** The byte before was a quote in a quoted cell: it ends the cell, unless another follows. */
  #closing = false;
  /** The byte before ended a cell or a row. */
  #fresh = true;
  #carriageReturn = false;
  /** Where the next line end and the next quote are in the chunk, as far as that is known. */
  #lineEnd = -1;
  #quote = -1;

  /** `kernel: null` does without WebAssembly: slower, the same frames. */
  constructor({ delimiter, quotes }: Dialect = CSV, options?: FramerOptions & { readonly kernel?: null }) {
    this.#frames = new ChunkFrames(options, "reject", "a row");
    this.#window = new LineWindow(this.#frames.max, options?.kernel);
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quotes = quotes;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    if (chunk.length === 0) return;
    this.#lineEnd = -1;
    this.#quote = -1;
    this.#frames.read(chunk, take, this.#read);
  }

  end(take: TakeBlock): void {
    this.#frames.end(take, this.#carriageReturn ? 1 : 0);
  }

  readonly #read = (chunk: Uint8Array, take: TakeBlock): void => {
    const end = chunk.lastIndexOf(LF) + 1;
    let at = this.#frames.isOpen ? this.#row(chunk, 0, take) : 0;
    while (at < end) {
      const to = this.#window.isThere ? this.#window.fitting(chunk, at, end) : at;
      at = to > at ? this.#lines(chunk, at, to, take) : this.#row(chunk, at, take);
    }
    if (at < chunk.length) this.#row(chunk, at, take);
    else if (at === chunk.length) this.#fresh = true;
  };

  /** The row under way, or one that begins at `at`: gives where the next one begins, NONE when it goes on in the next chunk. */
  #row(chunk: Uint8Array, at: number, take: TakeBlock): number {
    this.#frames.begin(at);
    return this.#end(chunk, this.#rowEnd(chunk, at), take);
  }

  #end(chunk: Uint8Array, end: number, take: TakeBlock): number {
    const last = end === NONE ? chunk.length : end;
    if (last > 0) this.#carriageReturn = chunk[last - 1] === CR;
    const trim = this.#carriageReturn ? 1 : 0;
    if (end === NONE) this.#frames.keep(take, trim);
    else this.#frames.close(end, take, trim);
    this.#carriageReturn &&= end === NONE;
    return end + 1;
  }

  /** Rows in whole lines, which the kernel finds: most are rows. Gives where the next row begins, or NONE. */
  #lines(chunk: Uint8Array, from: number, to: number, take: TakeBlock): number {
    this.#frames.give(take);
    const { block, consumed } = this.#window.scan(chunk.subarray(from, to), this.#frames.base + from);
    const scanned = from + consumed;
    let skipped = block.skipped;
    let given = 0;
    for (let i = 0; i < block.count; ) {
      const line = from + (block.from[i] as number);
      const lineTo = from + (block.to[i] as number);
      const end = this.#mayGoOn(block, i, chunk, from) ? this.#rowEnd(chunk, line) : lineTo;
      i += 1;
      if (end <= lineTo + 1) continue;
      give(block, given, i - 1, 0, take);
      skipped -= blankLines(chunk, lineTo, Math.min(end, scanned));
      while (i < block.count && from + (block.from[i] as number) < end) i += 1;
      given = i;
      this.#frames.begin(line);
      const next = this.#end(chunk, end, take);
      this.#frames.give(take);
      if (next < scanned) continue;
      give(block, 0, 0, skipped, take);
      return next;
    }
    give(block, given, block.count, skipped, take);
    return scanned;
  }

  /** Without a quote a line is a row. */
  #mayGoOn({ from, to, escaped }: FrameBlock, i: number, chunk: Uint8Array, base: number): boolean {
    if (!this.#quotes || escaped?.quotes[i] === 0) return false;
    return this.#nextQuote(chunk, base + (from[i] as number)) < base + (to[i] as number);
  }

  /** The line end of the row under way, whose bytes from `from` on are looked at; NONE when it isn't in this chunk. */
  #rowEnd(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#closing) {
        this.#closing = false;
        this.#quoted = chunk[at] === QUOTE;
        if (this.#quoted) at += 1;
      } else if (this.#quoted) {
        at = this.#nextQuote(chunk, at) + 1;
        this.#closing = at <= chunk.length;
      } else {
        const lineEnd = this.#nextLineEnd(chunk, at);
        const quote = this.#quotes ? this.#nextQuote(chunk, at) : NONE;
        if (lineEnd < quote) return lineEnd;
        if (quote === NONE) break;
        this.#quoted = quote === 0 ? this.#fresh : this.#isFresh(chunk[quote - 1]);
        at = quote + 1;
      }
    }
    this.#fresh = !this.#quoted && this.#isFresh(chunk.at(-1));
    return NONE;
  }

  /** A cell begins behind this byte. */
  #isFresh(byte: number | undefined): boolean {
    return byte === this.#delimiter || byte === LF;
  }

  #nextLineEnd(chunk: Uint8Array, at: number): number {
    if (this.#lineEnd < at) this.#lineEnd = next(chunk, LF, at);
    return this.#lineEnd;
  }

  #nextQuote(chunk: Uint8Array, at: number): number {
    if (this.#quote < at) this.#quote = next(chunk, QUOTE, at);
    return this.#quote;
  }
}

/** Some of a block's frames. */
function give(block: FrameBlock, from: number, to: number, skipped: number, take: TakeBlock): void {
  const count = to - from;
  if (count === 0 && skipped === 0) return;
  const part = (all: Int32Array): Int32Array => (from === 0 ? all : all.subarray(from));
  const { escaped } = block;
  take({
    ...block,
    count,
    from: part(block.from),
    to: part(block.to),
    skipped,
    escaped: escaped && {
      bytes: escaped.bytes,
      from: part(escaped.from),
      to: part(escaped.to),
      quotes: part(escaped.quotes),
    },
  });
}

/** Those that end in `chunk[from, to)`, behind the line that ends at `from`. */
function blankLines(chunk: Uint8Array, from: number, to: number): number {
  let blank = 0;
  let begin = next(chunk, LF, from) + 1;
  for (let end = next(chunk, LF, begin); end < to; end = next(chunk, LF, begin)) {
    if (end === begin || (end === begin + 1 && chunk[begin] === CR)) blank += 1;
    begin = end + 1;
  }
  return blank;
}

function next(chunk: Uint8Array, byte: number, at: number): number {
  const found = Buffer.prototype.indexOf.call(chunk, byte, at);
  return found < 0 ? NONE : found;
}
