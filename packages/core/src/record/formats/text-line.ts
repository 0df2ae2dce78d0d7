import { ipVersion } from "../../bytes/ip.ts";
import { LineTime } from "../../bytes/line-time.ts";
import { isWholeNumber, latin1, startsWith } from "../fields/text.ts";
import { RequestFields } from "../fields/url.ts";
import { type Layout, LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";

const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A line of text under way: `at` moves on as it is read. Spans that are set are of its bytes. Reused from line to line. */
export class TextLine {
  readonly values: LayoutValues;
  readonly clock: LineTime = new LineTime();
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  at = 0;
  to = 0;
  /** A place that one half of a format keeps for the other. */
  mark = 0;
  /** When records without a time of their own are taken to be: what a date without a year is near to. */
  near = 0;
  readonly #layout: Layout;
  #request: RequestFields | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.values = new LayoutValues(layout);
  }

  start({ bytes, from, to, timestamp }: Pick<RecordCursor, "bytes" | "from" | "to" | "timestamp">): void {
    this.bytes = bytes;
    this.from = from;
    this.at = from;
    this.to = to;
    this.near = timestamp;
  }

  /** Moves behind `text` when it stands here. */
  take(text: string): boolean {
    if (!startsWith(this.bytes, this.at, this.to, text)) return false;
    this.at += text.length;
    return true;
  }

  /** Moves behind spaces and tabs. */
  skipSpace(): void {
    while (this.at < this.to && (this.bytes[this.at] === SPACE || this.bytes[this.at] === TAB)) this.at++;
  }

  /** Where `byte` is next, no further than `to`; -1 when it isn't. Doesn't move. */
  find(byte: number, to: number = this.to): number {
    for (let at = this.at; at < to; at++) if (this.bytes[at] === byte) return at;
    return -1;
  }

  /** Where the next space is, or the end. Doesn't move. */
  wordEnd(): number {
    const end = this.find(SPACE);
    return end < 0 ? this.to : end;
  }

  /** Moves behind the next `byte`, and gives where what stood before it ended; -1, and stays, when there is none. */
  until(byte: number): number {
    const end = this.find(byte);
    if (end >= 0) this.at = end + 1;
    return end;
  }

  /** Moves behind the quote that closes what stands here, and gives its place; -1, and stays, when there is none. */
  untilQuote(): number {
    for (let at = this.at; at < this.to; at++) {
      if (this.bytes[at] === BACKSLASH) at++;
      else if (this.bytes[at] === QUOTE) {
        this.at = at + 1;
        return at;
      }
    }
    return -1;
  }

  /** Moves behind a time, when one stands here. */
  time(kind: "iso" | "clf" | "ctime" | "compact" | "bsd" | "klog"): number {
    const ms = this.clock[kind](this.bytes, this.at, this.to, this.near);
    if (!Number.isNaN(ms)) this.at = this.clock.end;
    return ms;
  }

  /** Sets a field to bytes of the line; nothing when there are none. */
  span(field: string, from: number, to: number): void {
    if (to > from) this.values.span(this.#layout.slot(field), from, to);
  }

  /** The same where they are a whole number. */
  whole(field: string, from: number, to: number): void {
    if (isWholeNumber(this.bytes, from, to)) this.span(field, from, to);
  }

  /** `source.address`, and `source.ip` where it is one, or `source.domain`. */
  source(from: number, to: number): void {
    this.span("source.address", from, to);
    this.span(ipVersion(this.bytes, from, to) === 0 ? "source.domain" : "source.ip", from, to);
  }

  /** Takes a request line apart: `METHOD URL HTTP/version`. */
  request(from: number, to: number): void {
    this.#request ??= new RequestFields(this.#layout);
    this.#request.set(this.bytes, from, to, this.values);
  }

  /** Sets a field to ready JSON, or to the inside of a JSON string, each byte a character. */
  set(field: string, ready: string): void {
    this.values.text[this.#layout.slot(field)] = ready;
  }

  /** Sets a field to text of which each character is a byte. */
  put(field: string, text: string): void {
    this.set(field, jsonBytes(text));
  }

  /** Sets a field to a list of such texts, each once; none: nothing. */
  list(field: string, texts: readonly string[]): void {
    if (texts.length > 0) this.set(field, `["${[...new Set(texts)].map(jsonBytes).join('","')}"]`);
  }

  has(field: string): boolean {
    return this.values.has(this.#layout.slot(field));
  }

  /** Each byte a character. */
  text(from: number, to: number): string {
    return latin1(this.bytes, from, to);
  }
}

/** The inside of a JSON string; each character stays a byte. */
function jsonBytes(text: string): string {
  return /^[ !#-[\]-~]*$/.test(text) ? text : JSON.stringify(text).slice(1, -1);
}
