import { Buffer } from "node:buffer";
import { isPlausibleTime, parseIsoZ } from "../../bytes/iso-time.ts";
import type { RecordCursor } from "../record.ts";
import { MESSAGE_KEYS, numberTime, TIME_KEYS, textTime } from "./any-time.ts";
import type { Format, FormatHint, ParseResult, ParserOptions } from "./format.ts";
import { scanObject } from "./json-object.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable, shapeOf } from "./member-table.ts";

const QUOTE = 0x22;

/**
 * Lines that each hold one JSON object (ndjson.org). Its time and message are found by the names of its members, or those that
 * the config says; the whole object is kept under `json`.
 */
export const json: Format = {
  name: "json",
  rank: 100,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: ({ head }: FormatHint) => new JsonScanner(new MemberTable({})).scan(head, 0, head.length),
  parser: (options) => {
    const reader = new JsonReader(options);
    return options.fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
  },
};

class JsonReader {
  readonly #scanner: JsonScanner;
  /** Places of the members that the time and the message may be in. */
  readonly #times: readonly number[];
  readonly #messages: readonly number[];
  /** `{"time":"` */
  readonly #timeHeads: readonly Uint8Array[];

  constructor({ timestampField, messageField }: ParserOptions) {
    const times = timestampField === undefined ? TIME_KEYS : [timestampField];
    const messages = messageField === undefined ? MESSAGE_KEYS : [messageField];
    const names = [...new Set([...times, ...messages])];
    const paths = names.flatMap((name, place) => pathsOf(name).map((path) => [path, place] as const));
    this.#scanner = new JsonScanner(new MemberTable(shapeOf(paths)), -1, true);
    this.#times = times.map((name) => names.indexOf(name));
    this.#messages = messages.map((name) => names.indexOf(name));
    this.#timeHeads = times.map((name) => Buffer.from(`{${JSON.stringify(name)}:"`));
  }

  parse(record: RecordCursor): ParseResult {
    if (!scanObject(record, this.#scanner)) return "unparsed";
    this.#setTime(record);
    record.setJson(record.from, record.to);
    this.#setMessage(record);
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    if (this.#setTimeInPlace(record)) return "record";
    if (!this.#scanner.scan(record.bytes, record.from, record.to)) return "unparsed";
    this.#setTime(record);
    return "record";
  }

  /** The first of the names that has a text. */
  #setMessage(record: RecordCursor): void {
    const { from, to } = this.#scanner;
    const place = this.#messages.find(
      (each) => (to[each] as number) > 0 && record.bytes[from[each] as number] === QUOTE,
    );
    if (place !== undefined) record.messageText = stringAt(record.bytes, from[place] as number, to[place] as number);
  }

  /** The first in the line that is a time. */
  #setTime(record: RecordCursor): void {
    const { from, to } = this.#scanner;
    let first = Number.POSITIVE_INFINITY;
    for (const place of this.#times) {
      const at = from[place] as number;
      const end = to[place] as number;
      if (end < 0 || at >= first) continue;
      const ms = timeAt(record.bytes, at, end);
      if (!isPlausibleTime(ms)) continue;
      first = at;
      record.timestamp = ms;
      record.timestampFrom = "record";
    }
  }

  /** Where the line begins with its time in ISO form, in UTC, nothing else is looked at. */
  #setTimeInPlace(record: RecordCursor): boolean {
    const { bytes, from, to } = record;
    const head = this.#timeHeads.find((each) => startsWith(bytes, from, to, each));
    if (head === undefined) return false;
    const start = from + head.length;
    const most = Math.min(to, start + MAX_TIME_BYTES);
    let end = start;
    while (end < most && bytes[end] !== QUOTE) end++;
    const time = end < most ? parseIsoZ(bytes, start, end) : Number.NaN;
    if (!isPlausibleTime(time)) return false;
    record.timestamp = time;
    record.timestampFrom = "record";
    return true;
  }
}

/** `a.b` is the member "a.b", or "b" within "a". */
function pathsOf(name: string): readonly (readonly string[])[] {
  const within = name.split(".");
  return within.length === 1 ? [[name]] : [[name], within];
}

/** Longest time in ISO form, with its closing quote. */
const MAX_TIME_BYTES = 32;

function startsWith(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}

/** Text in any form that names its zone, or a number of seconds, milliseconds, microseconds or nanoseconds told apart by size. */
function timeAt(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] !== QUOTE) return numberTime(Number(latin1(bytes, from, to)));
  const ms = parseIsoZ(bytes, from + 1, to - 1);
  return Number.isNaN(ms) ? textTime(stringAt(bytes, from, to)) : ms;
}

function stringAt(bytes: Uint8Array, from: number, to: number): string {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8"));
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}
