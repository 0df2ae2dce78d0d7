import { Buffer } from "node:buffer";

/** Bytes that `writeIsoMillis` writes at most: years beyond 9999 have a sign and six digits. */
export const ISO_BYTES = 28;

/** Seconds met lately and their texts, by their last bits: neighbours mostly share them. */
const SECONDS = 256;
const knownSeconds = new Float64Array(SECONDS).fill(Number.NaN);
const texts = new Array<string>(SECONDS).fill("");
/** The texts up to the milliseconds, as bytes. */
const prefixes = new Array<Uint8Array>(SECONDS).fill(Buffer.alloc(0));

/** Its place among the seconds met lately, now that its texts are there. */
function remember(second: number): number {
  const at = second & (SECONDS - 1);
  if (knownSeconds[at] !== second) {
    const text = new Date(second * 1000).toISOString();
    texts[at] = text;
    prefixes[at] = Buffer.from(text.slice(0, -4));
    knownSeconds[at] = second;
  }
  return at;
}

/** `2026-05-01T00:00:00.123Z` */
export function isoMillis(ms: number): string {
  return new Date(Math.floor(ms)).toISOString();
}

/** The same as bytes at `at`; gives the position behind them. */
export function writeIsoMillis(ms: number, out: Uint8Array, at: number): number {
  const whole = Math.floor(ms);
  const second = Math.floor(whole / 1000);
  const prefix = prefixes[remember(second)] as Uint8Array;
  let n = at;
  for (let i = 0; i < prefix.length; i++) out[n++] = prefix[i] as number;
  const rest = whole - second * 1000;
  const hundreds = (rest / 100) | 0;
  const tens = ((rest - hundreds * 100) / 10) | 0;
  out[n++] = D0 + hundreds;
  out[n++] = D0 + tens;
  out[n++] = D0 + rest - hundreds * 100 - tens * 10;
  out[n++] = 0x5a;
  return n;
}

/** `2026-05-01T00:00:00.000Z`, for whole seconds since the epoch. */
export function isoSecond(second: number): string {
  return texts[remember(second)] as string;
}

/** Far past and future that an ISO date of four-digit years can say. */
const MIN_MS = Date.parse("0000-01-01T00:00:00.000Z");
const MAX_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** True for times that `isoMillis` writes in 24 characters. */
export function isPlausibleTime(ms: number): boolean {
  return ms >= MIN_MS && ms <= MAX_MS;
}

const D0 = 0x30;
const DOT = 0x2e;

/** NaN when one of them isn't a digit. */
export function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = (bytes[i] as number) - D0;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

let cachedDay = -1;
let cachedDayMs = 0;

/**
 * Reads `YYYY-MM-DDTHH:MM:SS[.fraction]Z` from bytes. Milliseconds since the epoch (fractions beyond are cut), or NaN
 * when the bytes are anything else. The day is kept between calls.
 */
export function parseIsoZ(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 20 || bytes[to - 1] !== 0x5a || bytes[from + 10] !== 0x54) return Number.NaN;
  if (bytes[from + 4] !== 0x2d || bytes[from + 7] !== 0x2d || bytes[from + 13] !== 0x3a || bytes[from + 16] !== 0x3a)
    return Number.NaN;
  const year = digits(bytes, from, 4);
  const month = digits(bytes, from + 5, 2);
  const day = digits(bytes, from + 8, 2);
  const hour = digits(bytes, from + 11, 2);
  const minute = digits(bytes, from + 14, 2);
  const second = digits(bytes, from + 17, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  const millis = fraction(bytes, from + 19, to - 1);
  return dayMs(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
}

/** Midnight of a day in UTC; NaN for one that no calendar has. The day asked for last is kept. */
export function dayMs(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  const key = (year * 100 + month) * 100 + day;
  if (key !== cachedDay) {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    cachedDayMs = date.getUTCDate() === day ? date.getTime() : Number.NaN;
    cachedDay = key;
  }
  return cachedDayMs;
}

/** Milliseconds of `.123456` (up to nine digits; `mark` may stand for the point), 0 of nothing, NaN of anything else. */
export function fraction(bytes: Uint8Array, from: number, to: number, mark: number = DOT): number {
  if (from === to) return 0;
  if ((bytes[from] !== DOT && bytes[from] !== mark) || to - from < 2 || to - from > 10) return Number.NaN;
  const count = to - from - 1;
  const value = digits(bytes, from + 1, count);
  return Math.floor(value * 10 ** (3 - count));
}
