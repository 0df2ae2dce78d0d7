import { Buffer } from "node:buffer";
import { ChunkFrames, type FramerOptions } from "./chunk-frames.ts";
import type { Framer, TakeBlock } from "./frame.ts";

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

  constructor({ delimiter, quotes }: Dialect = CSV, options?: FramerOptions) {
    this.#frames = new ChunkFrames(options, "reject", "a row");
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
    let at = 0;
    for (let end = this.#rowEnd(chunk, at); end !== NONE; end = this.#rowEnd(chunk, at)) {
      if (end > 0) this.#carriageReturn = chunk[end - 1] === CR;
      this.#frames.close(end, take, this.#carriageReturn ? 1 : 0);
      this.#carriageReturn = false;
      at = end + 1;
      this.#frames.begin(at);
    }
    if (at === chunk.length) return;
    this.#carriageReturn = chunk.at(-1) === CR;
    this.#frames.keep(take, this.#carriageReturn ? 1 : 0);
  };

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

function next(chunk: Uint8Array, byte: number, at: number): number {
  const found = Buffer.prototype.indexOf.call(chunk, byte, at);
  return found < 0 ? NONE : found;
}
