import type { Dialect } from "../../framing/csv.ts";
import { utf8 } from "../fields/text.ts";

const QUOTE = 0x22;

/** Cells of one row (RFC 4180), as spans of its bytes, quotes around them excluded. Reused from row to row. */
export class Cells {
  from: Int32Array = new Int32Array(64);
  to: Int32Array = new Int32Array(64);
  count = 0;
  /** How many of them stood in quotes. */
  quoted = 0;
  /** By cell: 1 when the span isn't the text: quotes are doubled in it, or something stands behind the closing one. */
  rough: Uint8Array = new Uint8Array(64);
  /** Some of them are. */
  anyRough = false;
  readonly #delimiter: number;
  readonly #quotes: boolean;

  constructor({ delimiter, quotes }: Dialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quotes = quotes;
  }

  /** False when there are more than `most` of them, or a quote is never closed. Linear in the row's length. */
  split(bytes: Uint8Array, from: number, to: number, most: number): boolean {
    this.count = 0;
    this.quoted = 0;
    this.anyRough = false;
    for (let at = from; at <= to; ) {
      if (this.count === most) return false;
      if (this.count === this.from.length) this.#grow();
      const isQuoted = this.#quotes && at < to && bytes[at] === QUOTE;
      const end = isQuoted ? this.#quotedCell(bytes, at, to) : this.#plainCell(bytes, at, to);
      if (end < 0) return false;
      this.count += 1;
      at = end + 1;
    }
    return true;
  }

  /** Nothing at all; `""` is a text without characters. */
  isEmpty(cell: number, bytes: Uint8Array): boolean {
    const from = this.from[cell] as number;
    return this.to[cell] === from && bytes[from] !== QUOTE;
  }

  text(cell: number, bytes: Uint8Array): string {
    const text = utf8(bytes, this.from[cell] as number, this.to[cell] as number);
    if (this.rough[cell] === 0) return text;
    let closing = text.indexOf('"');
    while (closing >= 0 && text[closing + 1] === '"') closing = text.indexOf('"', closing + 2);
    const quoted = closing < 0 ? text : text.slice(0, closing);
    return quoted.replaceAll('""', '"') + (closing < 0 ? "" : text.slice(closing + 1));
  }

  #plainCell(bytes: Uint8Array, from: number, to: number): number {
    const delimiter = this.#delimiter;
    let end = from;
    while (end < to && bytes[end] !== delimiter) end++;
    this.from[this.count] = from;
    this.to[this.count] = end;
    this.rough[this.count] = 0;
    return end;
  }

  #quotedCell(bytes: Uint8Array, from: number, to: number): number {
    let doubled = 0;
    let close = from + 1;
    for (; close < to; close++) {
      if (bytes[close] !== QUOTE) continue;
      if (close + 1 === to || bytes[close + 1] !== QUOTE) break;
      doubled = 1;
      close += 1;
    }
    if (close >= to) return -1;
    let end = close + 1;
    while (end < to && bytes[end] !== this.#delimiter) end++;
    const behind = end > close + 1;
    this.quoted += 1;
    this.from[this.count] = from + 1;
    this.to[this.count] = behind ? end : close;
    this.rough[this.count] = behind ? 1 : doubled;
    this.anyRough ||= this.rough[this.count] === 1;
    return end;
  }

  #grow(): void {
    const size = this.from.length * 2;
    const bigger = <T extends Int32Array | Uint8Array>(now: T, next: T): T => {
      next.set(now);
      return next;
    };
    this.from = bigger(this.from, new Int32Array(size));
    this.to = bigger(this.to, new Int32Array(size));
    this.rough = bigger(this.rough, new Uint8Array(size));
  }
}
