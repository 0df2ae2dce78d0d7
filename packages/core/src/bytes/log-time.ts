import { dayMs, digits, fraction } from "./iso-time.ts";

const ZERO = 0x30;
const DOT = 0x2e;
const COMMA = 0x2c;
const COLON = 0x3a;
const HYPHEN = 0x2d;
const PLUS = 0x2b;
const SLASH = 0x2f;
const SPACE = 0x20;
const TAB = 0x09;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

const MINUTE = 60_000;

/**
 * Reads a date and time as RFC 3339 and ISO 8601 have them: `YYYY-MM-DD`, `T`, a space or a tab, `HH:MM[:SS[.fraction]]`, then `Z`, an
 * offset (`+01:00`, `+0100`) or nothing, which is taken for UTC. Milliseconds since the epoch; NaN when the span is anything else.
 */
export function parseIsoTime(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 16 || bytes[from + 4] !== HYPHEN || bytes[from + 7] !== HYPHEN) return Number.NaN;
  if (bytes[from + 10] !== UPPER_T && bytes[from + 10] !== SPACE && bytes[from + 10] !== TAB) return Number.NaN;
  const day = dayMs(digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2));
  const zone = zoneStart(bytes, from + 16, to);
  return day + clockMs(bytes, from + 11, zone) - offsetMs(bytes, zone, to);
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** Reads `06/Feb/2019:00:00:38 +0000`, as the Common Log Format has it. Milliseconds since the epoch, or NaN. */
export function parseClfTime(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== 26 || bytes[from + 2] !== SLASH || bytes[from + 6] !== SLASH || bytes[from + 20] !== SPACE)
    return Number.NaN;
  if (bytes[from + 11] !== COLON) return Number.NaN;
  const day = dayMs(digits(bytes, from + 7, 4), monthAt(bytes, from + 3), digits(bytes, from, 2));
  return day + clockMs(bytes, from + 12, from + 20) - offsetMs(bytes, from + 21, to);
}

/** Number of the month, from 1, whose English abbreviation stands at `at`; NaN when there is none. */
export function monthAt(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < MONTHS.length; i += 3) {
    if (
      bytes[at] === MONTHS.charCodeAt(i) &&
      bytes[at + 1] === MONTHS.charCodeAt(i + 1) &&
      bytes[at + 2] === MONTHS.charCodeAt(i + 2)
    )
      return i / 3 + 1;
  }
  return Number.NaN;
}

/** Reads `HH:MM[:SS[.fraction]]`, or with a comma before the fraction. Milliseconds since midnight, or NaN. */
function clockMs(bytes: Uint8Array, from: number, to: number): number {
  const size = to - from;
  if (size < 5 || bytes[from + 2] !== COLON) return Number.NaN;
  const hour = digits(bytes, from, 2);
  const minute = digits(bytes, from + 3, 2);
  if (!(hour <= 23 && minute <= 59)) return Number.NaN;
  if (size === 5) return (hour * 60 + minute) * MINUTE;
  const second = size < 8 || bytes[from + 5] !== COLON ? Number.NaN : digits(bytes, from + 6, 2);
  if (!(second <= 60)) return Number.NaN;
  return (hour * 60 + minute) * MINUTE + second * 1000 + fraction(bytes, from + 8, to, COMMA);
}

/**
 * Reads a time since the epoch: 10 digits of seconds, 13 of milliseconds, 16 of microseconds or 19 of nanoseconds; the first two
 * may have a fraction. Milliseconds, or NaN for anything else.
 */
export function parseEpochTime(bytes: Uint8Array, from: number, to: number): number {
  let dot = from;
  while (dot < to && bytes[dot] !== DOT) dot++;
  const size = dot - from;
  if (size === 10) return digits(bytes, from, 10) * 1000 + fraction(bytes, dot, to);
  if (size !== 13 && (dot < to || (size !== 16 && size !== 19))) return Number.NaN;
  for (let i = from + 13; i < to; i++) if (i !== dot && !isDigit(bytes[i])) return Number.NaN;
  return digits(bytes, from, 13);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

function zoneStart(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== UPPER_Z && bytes[at] !== PLUS && bytes[at] !== HYPHEN) at++;
  return at;
}

/** Of `Z`, `+01:00`, `+0100`, `+01` or nothing. */
function offsetMs(bytes: Uint8Array, from: number, to: number): number {
  const size = to - from;
  if (size === 0 || (size === 1 && bytes[from] === UPPER_Z)) return 0;
  const sign = bytes[from] === PLUS ? 1 : bytes[from] === HYPHEN ? -1 : Number.NaN;
  const minutes = size === 3 ? 0 : digits(bytes, to - 2, 2);
  if (size !== 3 && size !== 5 && !(size === 6 && bytes[from + 3] === COLON)) return Number.NaN;
  return minutes <= 59 ? sign * (digits(bytes, from + 1, 2) * 60 + minutes) * MINUTE : Number.NaN;
}
