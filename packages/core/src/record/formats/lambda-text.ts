import { Buffer } from "node:buffer";
import { LineTime } from "../../bytes/line-time.ts";
import { isDecimal, jsonInside, latin1 } from "../fields/text.ts";
import type { LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { type LambdaTables, lambdaTables } from "./lambda-fields.ts";

const TAB = 0x09;
const LF = 0x0a;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_BRACE = 0x7b;

const UUID_BYTES = 36;
/** The longest word that a level is. */
const MAX_LEVEL = 11;

/** 1: a byte that a UUID may have. */
const UUID_BYTE = new Uint8Array(256);
for (const byte of Buffer.from("0123456789abcdefABCDEF-")) UUID_BYTE[byte] = 1;

/** Levels that text may begin with. */
const LEVELS: ReadonlySet<string> = new Set([
  ...["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING"],
  ...["ERROR", "SEVERE", "CRITICAL", "FATAL"],
]);

/** What follows a level's first letter in lines of Ruby's logger. */
const RUBY = ", [";

/** What Node.js' runtime says before the JSON of an error that nothing caught. */
const UNCAUGHT: readonly string[] = ["Invoke Error ", "Uncaught Exception ", "Unhandled Promise Rejection "];

/**
 * Lines of text in a function's log: Lambda's own, and those of the managed runtimes' loggers. They may stand in JSON
 * (`record.inJson`): then a tab or line end is an escape of two bytes.
 */
export class LambdaText {
  readonly #tables: LambdaTables = lambdaTables();
  readonly #values: LayoutValues;
  readonly #time = new LineTime();
  #bytes: Uint8Array = new Uint8Array(0);
  #to = 0;
  #inJson = false;

  constructor(values: LayoutValues) {
    this.#values = values;
  }

  /** Any text is one: what isn't known has no fields. */
  parse(record: RecordCursor): void {
    this.#take(record);
    const first = record.bytes[record.from] as number;
    if (isDigit(first)) this.#timed(record);
    else if (first === OPEN_BRACKET) this.#bracketed(record);
    else if (isUpper(first)) this.#worded(record);
  }

  /** The time alone. */
  parseTime(record: RecordCursor): void {
    this.#take(record);
    const { bytes, from } = record;
    if (isDigit(bytes[from] as number)) this.#setTime(record, from);
    else if (bytes[from] === OPEN_BRACKET) {
      const close = this.#levelEnd(from + 1);
      const tab = bytes[close] === CLOSE_BRACKET && close > from + 1 ? this.#tab(close + 1) : 0;
      if (tab > 0) this.#setTime(record, close + 1 + tab);
    } else if (isUpper(bytes[from] as number) && this.#is(RUBY, from + 1))
      this.#setTime(record, from + 1 + RUBY.length);
  }

  #take({ bytes, to, inJson }: RecordCursor): void {
    this.#bytes = bytes;
    this.#to = to;
    this.#inJson = inJson;
  }

  /** True when a time stands there; it ends at `#time.end`. One without a zone says less than that of a log event. */
  #setTime(record: RecordCursor, at: number): boolean {
    const ms = this.#time.iso(this.#bytes, at, this.#to);
    if (Number.isNaN(ms)) return false;
    if (!this.#time.zoned && record.timestampFrom === "record") return true;
    record.timestamp = ms;
    record.timestampFrom = "record";
    return true;
  }

  /** `<time>\t<request>\t<level>\t<message>` (Node.js, .NET), `<time> <request> <level> <message>` (Java), `<time> <request> Task timed out …`. */
  #timed(record: RecordCursor): void {
    if (!this.#setTime(record, record.from)) return;
    let at = this.#time.end;
    const tab = this.#tab(at);
    if (tab === 0) {
      if (this.#bytes[at] === SPACE) this.#spaced(at + 1);
      return;
    }
    at += tab;
    const request = this.#isUuid(at) && this.#tab(at + UUID_BYTES) > 0;
    const end = request ? at + UUID_BYTES : this.#cellEnd(at);
    if (request) this.#setRequest(at);
    else if (!this.#is("undefined", at) && !this.#is("-", at)) return;
    const level = end + this.#tab(end);
    const levelEnd = this.#levelEnd(level);
    if (level === end || levelEnd === level || this.#tab(levelEnd) === 0) return;
    this.#values.span(this.#tables.slot.level, level, levelEnd);
    this.#setUncaught(levelEnd + this.#tab(levelEnd));
  }

  #spaced(from: number): void {
    if (!this.#isUuid(from) || this.#bytes[from + UUID_BYTES] !== SPACE) return;
    this.#setRequest(from);
    const at = from + UUID_BYTES + 1;
    if (this.#is("Task timed out after ", at)) {
      this.#values.text[this.#tables.slot.status] = "timeout";
      this.#values.text[this.#tables.slot.outcome] = "failure";
    } else this.#setLevel(at);
  }

  /** Python: `[LEVEL]\t<time>\t<request>\t<message>`, and of exceptions `[ERROR] <type>: <message>`. */
  #bracketed(record: RecordCursor): void {
    const from = record.from + 1;
    const close = this.#levelEnd(from);
    if (close === from || this.#bytes[close] !== CLOSE_BRACKET) return;
    this.#values.span(this.#tables.slot.level, from, close);
    const at = close + 1;
    const tab = this.#tab(at);
    if (tab === 0) {
      if (this.#bytes[at] === SPACE) this.#setException(at + 1);
      return;
    }
    if (!this.#setTime(record, at + tab)) return;
    const end = this.#time.end;
    const request = end + this.#tab(end);
    if (request > end && this.#isUuid(request)) this.#setRequest(request);
  }

  /** Lambda's own lines; else a level at the beginning, as programs write it. */
  #worded(record: RecordCursor): void {
    const { bytes, from } = record;
    let end = from;
    while (end < this.#to && (isUpper(bytes[end] as number) || bytes[end] === 0x5f)) end++;
    const separator = bytes[end] === SPACE ? 1 : this.#tab(end);
    const word = latin1(bytes, from, end);
    const keys = separator > 0 ? this.#tables.platform.get(word) : undefined;
    if (keys !== undefined) {
      this.#values.text[this.#tables.slot.eventType] = word;
      this.#setPairs(keys, end + separator);
      if (word === "REPORT") this.#setReport();
      else this.#setOutcome();
    } else if (this.#is("RequestId: ", from)) this.#setFailure(from + 11);
    else if (LEVELS.has(word) && (separator > 0 || bytes[end] === COLON))
      this.#values.span(this.#tables.slot.level, from, end);
    else if (end === from + 1 && this.#is(RUBY, end)) this.#ruby(record, end + RUBY.length);
  }

  /** `Key: value` behind each other, with tabs, line ends or, where a known key comes, spaces between them. */
  #setPairs(keys: ReadonlyMap<string, readonly number[]>, from: number): void {
    let at = from;
    while (at < this.#to) {
      const end = this.#cellEnd(at);
      this.#setPair(keys, at, end);
      at = Math.max(end + this.#tab(end), end + 1);
    }
  }

  #setPair(keys: ReadonlyMap<string, readonly number[]>, from: number, to: number): void {
    const bytes = this.#bytes;
    let colon = from;
    while (colon < to && bytes[colon] !== COLON) colon++;
    const slots = keys.get(latin1(bytes, from, colon));
    if (slots === undefined || bytes[colon + 1] !== SPACE) return;
    const start = colon + 2;
    const [first] = slots as [number];
    if (this.#values.layout.leaves[first]?.type === "json") {
      if (bytes[start] === OPEN_BRACKET) this.#setList(first, start + 1, to);
      return;
    }
    let end = start;
    while (end < to && bytes[end] !== SPACE) end++;
    for (const slot of slots) this.#setValue(slot, start, end);
    // START has a space between its pairs.
    if (this.#is(" Version: ", end)) this.#setPair(keys, end + 1, to);
  }

  #setValue(slot: number, from: number, to: number): void {
    const type = this.#values.layout.leaves[slot]?.type;
    if (from < to && (type === "keyword" || (type === "double" && isDecimal(this.#bytes, from, to))))
      this.#values.span(slot, from, to);
  }

  /** `INVOKE, SHUTDOWN]` → a list. */
  #setList(slot: number, from: number, to: number): void {
    let end = from;
    while (end < to && this.#bytes[end] !== CLOSE_BRACKET) end++;
    const names = latin1(this.#bytes, from, end)
      .split(/, ?/)
      .filter((name) => /^[\w.-]+$/.test(name));
    if (names.length > 0) this.#values.text[slot] = JSON.stringify(names);
  }

  /** An environment was made for the invocation when its report has the time that this took. */
  #setReport(): void {
    const { coldStart, initDuration } = this.#tables.slot;
    this.#values.text[coldStart] = String(this.#values.has(initDuration));
    this.#setOutcome();
  }

  #setOutcome(): void {
    const { status, outcome } = this.#tables.slot;
    if (!this.#values.has(status)) return;
    const said = latin1(this.#bytes, this.#values.from[status] as number, this.#values.to[status] as number);
    this.#values.text[outcome] = said === "success" ? "success" : "failure";
  }

  /** `RequestId: <id> Error: Runtime exited with error: exit status 1`, or `… Process exited before completing request`. */
  #setFailure(from: number): void {
    if (!this.#isUuid(from) || this.#bytes[from + UUID_BYTES] !== SPACE) return;
    const { slot } = this.#tables;
    const error = this.#is("Error: ", from + UUID_BYTES + 1);
    if (!error && !this.#is("Process exited ", from + UUID_BYTES + 1)) return;
    const start = from + UUID_BYTES + (error ? 8 : 1);
    this.#setRequest(from);
    this.#values.text[slot.outcome] = "failure";
    for (const each of slot.errorMessage) this.#values.span(each, start, this.#cellEnd(start));
  }

  /** `ValueError: message`, its traceback behind it. */
  #setException(from: number): void {
    const bytes = this.#bytes;
    const { errorType, errorMessage } = this.#tables.slot;
    let colon = from;
    while (colon < this.#to && isNamePart(bytes[colon] as number)) colon++;
    if (colon === from || bytes[colon] !== COLON) return;
    for (const slot of errorType) this.#values.span(slot, from, colon);
    const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, this.#to).indexOf(
      "Traceback (most recent call last)",
      start,
    );
    const cell = this.#cellEnd(start);
    const to = trimmed(bytes, start, end >= 0 && end < cell ? end : cell);
    if (to > start) for (const slot of errorMessage) this.#values.span(slot, start, to);
  }

  /** `I, [2026-11-03T09:05:00.123456 #8]  INFO <request> -- : message` */
  #ruby(record: RecordCursor, from: number): void {
    if (!this.#setTime(record, from)) return;
    let at = this.#time.end;
    while (at < this.#to && this.#bytes[at] !== CLOSE_BRACKET) at++;
    for (at++; this.#bytes[at] === SPACE; ) at++;
    const end = this.#setLevel(at);
    if (end > at && this.#isUuid(end + 1)) this.#setRequest(end + 1);
  }

  /** Where the level's word that stands there ends. */
  #setLevel(from: number): number {
    const end = this.#levelEnd(from);
    if (!LEVELS.has(latin1(this.#bytes, from, end))) return from;
    this.#values.span(this.#tables.slot.level, from, end);
    return end;
  }

  /** `Invoke Error \t{"errorType":…,"errorMessage":…,"stack":[…]}` */
  #setUncaught(from: number): void {
    const known = UNCAUGHT.find((text) => this.#is(text, from));
    if (known === undefined) return;
    const at = from + known.length;
    const start = at + this.#tab(at);
    if (start === at || this.#bytes[start] !== OPEN_BRACE) return;
    const error = this.#object(start);
    const { errorType, errorMessage, stackTrace } = this.#tables.slot;
    this.#setText(errorType, error?.errorType);
    this.#setText(errorMessage, error?.errorMessage);
    const stack = error?.stack;
    if (Array.isArray(stack)) this.#setText(stackTrace, stack.filter((line) => typeof line === "string").join("\n"));
  }

  #object(from: number): Readonly<Record<string, unknown>> | undefined {
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, this.#to - from).toString("utf8");
    try {
      const value: unknown = JSON.parse(this.#inJson ? JSON.parse(`"${text}"`) : text);
      return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  #setText(slots: readonly number[], value: unknown): void {
    if (typeof value === "string" && value !== "")
      for (const slot of slots) this.#values.text[slot] = jsonInside(value);
  }

  #setRequest(from: number): void {
    const { requestId, execution } = this.#tables.slot;
    this.#values.span(requestId, from, from + UUID_BYTES);
    this.#values.span(execution, from, from + UUID_BYTES);
  }

  /** How many bytes the tab or line end has that stands there: none, one, or two as an escape. */
  #tab(at: number): number {
    const byte = this.#bytes[at];
    if (at >= this.#to) return 0;
    if (byte === TAB || byte === LF) return 1;
    if (!this.#inJson || byte !== BACKSLASH) return 0;
    const next = this.#bytes[at + 1];
    return next === LOWER_T || next === LOWER_N ? 2 : 0;
  }

  /** Where the next tab or line end is, or the end. */
  #cellEnd(from: number): number {
    let at = from;
    while (at < this.#to) {
      if (this.#tab(at) > 0) return at;
      at += this.#inJson && this.#bytes[at] === BACKSLASH ? 2 : 1;
    }
    return Math.min(at, this.#to);
  }

  /** Behind the letters that stand there; no further than a level's word is long. */
  #levelEnd(from: number): number {
    const most = Math.min(this.#to, from + MAX_LEVEL);
    let at = from;
    while (at < most && isLetter(this.#bytes[at] as number)) at++;
    return at;
  }

  #is(text: string, at: number): boolean {
    if (at + text.length > this.#to) return false;
    for (let i = 0; i < text.length; i++) if (this.#bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #isUuid(from: number): boolean {
    const bytes = this.#bytes;
    const to = from + UUID_BYTES;
    if (to > this.#to || bytes[from + 8] !== HYPHEN || bytes[from + 13] !== HYPHEN) return false;
    if (bytes[from + 18] !== HYPHEN || bytes[from + 23] !== HYPHEN) return false;
    for (let at = from; at < to; at++) if (UUID_BYTE[bytes[at] as number] === 0) return false;
    return true;
  }
}

function trimmed(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === SPACE) end--;
  return end;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isLetter(byte: number): boolean {
  return isUpper(byte & 0xdf) && byte >= 0x41;
}

/** Of the name of a class, dotted. */
function isNamePart(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === 0x5f || byte === 0x2e;
}
