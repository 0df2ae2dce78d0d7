import { Buffer } from "node:buffer";
import { isPlausibleTime, parseIsoZ } from "../../bytes/iso-time.ts";
import type { RecordCursor } from "../record.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";

const OPEN_BRACE = 0x7b;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const TIME_KEYS = ["@timestamp", "timestamp", "time", "ts", "eventTime", "date"] as const;
const isTimeKey = (key: string): boolean => (TIME_KEYS as readonly string[]).includes(key);
const MESSAGE_KEYS = ["message", "msg", "log"] as const;

/** Lines that each hold one JSON object (ndjson.org). Its time and message keys are found by name; the whole object is kept under `json`. */
export const json: Format = {
  name: "json",
  rank: 100,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: ({ head }: FormatHint) => parseObject(head, 0, head.length) !== undefined,
  parser: ({ fields }) =>
    fields ? (record) => parse(record, true) : (record) => (setTimeInPlace(record) ? "record" : parse(record, false)),
};

function parse(record: RecordCursor, fields: boolean): ParseResult {
  const object = parseObject(record.bytes, record.from, record.to);
  if (object === undefined) return "unparsed";
  setTime(record, object);
  if (fields) setFields(record, object);
  return "record";
}

const TIME_HEADS = TIME_KEYS.map((key) => Buffer.from(`{"${key}":"`));
/** Longest time in ISO form, with its closing quote. */
const MAX_TIME_BYTES = 32;

/** Where fields aren't asked for and the line begins with its time in ISO form, in UTC, nothing else is looked at. */
function setTimeInPlace(record: RecordCursor): boolean {
  const { bytes, from, to } = record;
  const head = TIME_HEADS.find((each) => startsWith(bytes, from, to, each));
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

function startsWith(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}

function parseObject(bytes: Uint8Array, from: number, to: number): Record<string, unknown> | undefined {
  let first = from;
  while (first < to && (bytes[first] === 0x20 || bytes[first] === 0x09)) first++;
  if (bytes[first] !== OPEN_BRACE) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * A log event may hold a pretty-printed object. Its bytes go into documents as they are, and a line end there would end the
 * document; in valid JSON a raw line end can only be white space.
 */
function keepToOneLine(record: RecordCursor): void {
  const { bytes, from, to } = record;
  const found = Buffer.prototype.indexOf.call(bytes, LF, from);
  if (found < 0 || found >= to) return;
  record.messageText = record.message();
  const line = Buffer.from(bytes.subarray(from, to));
  for (let i = 0; i < line.length; i++) if (line[i] === LF || line[i] === CR) line[i] = SPACE;
  record.bytes = line;
  record.from = 0;
  record.to = line.length;
}

function setFields(record: RecordCursor, object: Record<string, unknown>): void {
  keepToOneLine(record);
  record.json = object;
  record.jsonFrom = record.from;
  record.jsonTo = record.to;
  const key = MESSAGE_KEYS.find((name) => typeof own(object, name) === "string");
  if (key !== undefined) record.messageText = object[key] as string;
}

/** The first in the line that is a time. */
function setTime(record: RecordCursor, object: Record<string, unknown>): void {
  for (const key in object) {
    const ms = isTimeKey(key) ? timeOf(own(object, key)) : undefined;
    if (ms === undefined) continue;
    record.timestamp = ms;
    record.timestampFrom = "record";
    return;
  }
}

/** Text in any form that names its zone, or a number of seconds, milliseconds, microseconds or nanoseconds told apart by size. */
function timeOf(value: unknown): number | undefined {
  const ms = typeof value === "string" ? textTime(value) : typeof value === "number" ? numberTime(value) : Number.NaN;
  return isPlausibleTime(ms) ? ms : undefined;
}

const ZONED = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const DIGITS = /^\d{10}(?:\.\d{1,9})?$|^\d{13}$|^\d{16}$|^\d{19}$/;

function textTime(text: string): number {
  const day = ZONED.exec(text)?.[1];
  if (day !== undefined) return isRealDay(day) ? Date.parse(text.replace(",", ".").replace(" ", "T")) : Number.NaN;
  return DIGITS.test(text) ? numberTime(Number(text)) : Number.NaN;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isRealDay(day: string): boolean {
  return Number(day.slice(8)) <= 28 || new Date(day).toJSON()?.startsWith(day) === true;
}

/** Counted in whole microseconds, as binary fractions of a second and nanoseconds beyond 2^53 are not exact. */
function numberTime(value: number): number {
  if (!(value >= 1e8)) return Number.NaN;
  if (value < 1e11) return Math.floor(Math.round(value * 1e6) / 1e3);
  if (value < 1e14) return Math.floor(value);
  return Math.floor((value < 1e17 ? value : Math.round(value / 1e3)) / 1e3);
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
