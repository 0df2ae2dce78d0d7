import { dayMs, digits } from "./iso-time.ts";

const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Their three letters as one number. */
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].map((name) =>
  [...name].reduce((word, letter) => (word << 8) | letter.charCodeAt(0), 0),
);

/**
 * Times as logs write them. Each method reads one at `from`, whatever follows it, and gives milliseconds since the epoch (of
 * fractions beyond that, the rest is cut), or NaN; where the text names no zone it is taken for UTC. Reused between records.
 */
export class LineTime {
  /** Position behind what was read; means nothing after NaN. */
  end = 0;
  /** The text named its zone. */
  zoned = false;

  /** `2026-11-03T09:05:00[.123][Z]`: also with a space for the T, slashes in the date, a comma before the fraction, `+01:00`. */
  iso(bytes: Uint8Array, from: number, to: number): number {
    const dash = bytes[from + 4];
    if ((dash !== MINUS && dash !== SLASH) || bytes[from + 7] !== dash) return Number.NaN;
    const between = bytes[from + 10];
    if (between !== UPPER_T && between !== SPACE) return Number.NaN;
    const day = dayOf(digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2));
    return this.#zone(bytes, to, day + this.#time(bytes, from + 11, to));
  }

  /** Common Log Format: `03/Nov/2026:09:05:00 +0100`. */
  clf(bytes: Uint8Array, from: number, to: number): number {
    if (bytes[from + 2] !== SLASH || bytes[from + 6] !== SLASH || bytes[from + 11] !== COLON) return Number.NaN;
    const day = dayOf(digits(bytes, from + 7, 4), monthOf(bytes, from + 3), digits(bytes, from, 2));
    const time = day + this.#time(bytes, from + 12, to);
    if (bytes[this.end] !== SPACE) return Number.NaN;
    this.end += 1;
    const zoned = this.#zone(bytes, to, time);
    return this.zoned ? zoned : Number.NaN;
  }

  /** `Tue Nov 03 09:05:00[.123456] 2026`, as asctime of C writes it. */
  ctime(bytes: Uint8Array, from: number, to: number): number {
    if (bytes[from + 3] !== SPACE || bytes[from + 7] !== SPACE || bytes[from + 10] !== SPACE) return Number.NaN;
    const time = this.#time(bytes, from + 11, to);
    if (bytes[this.end] !== SPACE) return Number.NaN;
    const year = digits(bytes, this.end + 1, 4);
    this.end += 5;
    this.zoned = false;
    return this.end > to ? Number.NaN : dayOf(year, monthOf(bytes, from + 4), dayNumber(bytes, from + 8)) + time;
  }

  /** `Nov  3 09:05:00`, in the year that brings it nearest to `near`. */
  bsd(bytes: Uint8Array, from: number, to: number, near: number): number {
    if (bytes[from + 3] !== SPACE || bytes[from + 6] !== SPACE) return Number.NaN;
    const month = monthOf(bytes, from);
    return this.#nearest(month, dayNumber(bytes, from + 4), this.#time(bytes, from + 7, to), near);
  }

  /** `1103 09:05:00.123456`, as Kubernetes' klog writes it, in the year that brings it nearest to `near`. */
  klog(bytes: Uint8Array, from: number, to: number, near: number): number {
    if (bytes[from + 4] !== SPACE) return Number.NaN;
    const time = this.#time(bytes, from + 5, to);
    return this.#nearest(digits(bytes, from, 2), digits(bytes, from + 2, 2), time, near);
  }

  /** `20261103 09:05:00`, as MariaDB's audit plugin writes it. */
  compact(bytes: Uint8Array, from: number, to: number): number {
    if (bytes[from + 8] !== SPACE) return Number.NaN;
    this.zoned = false;
    const day = dayOf(digits(bytes, from, 4), digits(bytes, from + 4, 2), digits(bytes, from + 6, 2));
    return day + this.#time(bytes, from + 9, to);
  }

  #nearest(month: number, day: number, time: number, near: number): number {
    this.zoned = false;
    if (Number.isNaN(time)) return time;
    const year = new Date(near).getUTCFullYear();
    let best = Number.NaN;
    for (let each = year - 1; each <= year + 1; each++) {
      const ms = dayOf(each, month, day) + time;
      if (!Number.isNaN(ms) && !(Math.abs(ms - near) >= Math.abs(best - near))) best = ms;
    }
    return best;
  }

  /** `09:05:00[.123456]`; ends behind it. The hour may have one digit. */
  #time(bytes: Uint8Array, from: number, to: number): number {
    const at = bytes[from + 1] === COLON ? from + 1 : from + 2;
    const hour = at === from + 1 || bytes[from] === SPACE ? digits(bytes, at - 1, 1) : digits(bytes, from, 2);
    const minute = digits(bytes, at + 1, 2);
    const second = digits(bytes, at + 4, 2);
    if (bytes[at] !== COLON || bytes[at + 3] !== COLON || at + 6 > to) return Number.NaN;
    if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
    this.end = at + 6;
    return hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + this.#fraction(bytes, to);
  }

  #fraction(bytes: Uint8Array, to: number): number {
    if (bytes[this.end] !== DOT && bytes[this.end] !== COMMA) return 0;
    let at = this.end + 1;
    let ms = 0;
    for (let unit = 100; at < to && isDigit(bytes[at] as number); at++, unit /= 10)
      if (unit >= 1) ms += ((bytes[at] as number) - 0x30) * unit;
    if (at > this.end + 1) this.end = at;
    return ms;
  }

  /** `Z`, `+01:00`, `+0100` or `+01`; missing: UTC. */
  #zone(bytes: Uint8Array, to: number, time: number): number {
    this.zoned = false;
    if (Number.isNaN(time) || this.end >= to) return time;
    const sign = bytes[this.end];
    if (sign === UPPER_Z) {
      this.end += 1;
      this.zoned = true;
      return time;
    }
    if ((sign !== PLUS && sign !== MINUS) || this.end + 3 > to) return time;
    const hours = digits(bytes, this.end + 1, 2);
    if (!(hours <= 23)) return time;
    let end = this.end + 3;
    const rest = bytes[end] === COLON ? end + 1 : end;
    let minutes = rest + 2 <= to ? digits(bytes, rest, 2) : Number.NaN;
    if (minutes <= 59) end = rest + 2;
    else minutes = 0;
    this.end = end;
    this.zoned = true;
    const offset = hours * HOUR_MS + minutes * MINUTE_MS;
    return sign === PLUS ? time - offset : time + offset;
  }
}

/** Midnight; NaN for days that don't exist. */
function dayOf(year: number, month: number, day: number): number {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && year >= 0 ? dayMs(year, month, day) : Number.NaN;
}

/** Two digits, or one behind a space. */
function dayNumber(bytes: Uint8Array, at: number): number {
  return bytes[at] === SPACE ? digits(bytes, at + 1, 1) : digits(bytes, at, 2);
}

/** 1 to 12 by the first three letters of its English name; NaN for anything else. */
function monthOf(bytes: Uint8Array, at: number): number {
  const word = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  const found = MONTHS.indexOf(word | 0x202020);
  return found < 0 ? Number.NaN : found + 1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
