const ZONED = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const DIGITS = /^\d{10}(?:\.\d{1,9})?$|^\d{13}$|^\d{16}$|^\d{19}$/;

/** Members that the time of a record may be in, and its message, where nobody says which. */
export const TIME_KEYS = ["@timestamp", "timestamp", "time", "ts", "eventTime", "date"] as const;
export const MESSAGE_KEYS = ["message", "msg", "log"] as const;

/** Milliseconds since the epoch of text in any form that names its zone, or of digits as `numberTime` takes them; else NaN. */
export function textTime(text: string): number {
  const day = ZONED.exec(text)?.[1];
  if (day !== undefined) return isRealDay(day) ? Date.parse(text.replace(",", ".").replace(" ", "T")) : Number.NaN;
  return DIGITS.test(text) ? numberTime(Number(text)) : Number.NaN;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isRealDay(day: string): boolean {
  return Number(day.slice(8)) <= 28 || new Date(day).toJSON()?.startsWith(day) === true;
}

/**
 * A number of seconds, milliseconds, microseconds or nanoseconds told apart by size. Counted in whole microseconds, as binary
 * fractions of a second and nanoseconds beyond 2^53 are not exact.
 */
export function numberTime(value: number): number {
  if (!(value >= 1e8)) return Number.NaN;
  if (value < 1e11) return Math.floor(Math.round(value * 1e6) / 1e3);
  if (value < 1e14) return Math.floor(value);
  return Math.floor((value < 1e17 ? value : Math.round(value / 1e3)) / 1e3);
}
