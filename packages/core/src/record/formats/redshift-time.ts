import { dayMs, digits } from "../../bytes/iso-time.ts";
import { monthAt } from "../../bytes/log-time.ts";
import { atBars, type Line, type Split } from "./line-format.ts";

// What Redshift's connection and user logs have alike: columns padded with spaces, and their times.

const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Columns between bars, without the spaces around them. */
export const atPaddedBars: Split = (tokens, bytes, from, to) => {
  atBars(tokens, bytes, from, to);
  for (let i = 0; i < tokens.count; i++) {
    let start = tokens.from[i] as number;
    let end = tokens.to[i] as number;
    while (start < end && bytes[start] === SPACE) start++;
    while (end > start && bytes[end - 1] === SPACE) end--;
    tokens.from[i] = start;
    tokens.to[i] = end;
  }
  return true;
};

/** `Mon, 03 Nov 2026 09:05:00:123` in UTC → milliseconds since the epoch, or NaN. */
export function recordTime(line: Line): number {
  const { bytes } = line;
  const from = line.from("recordtime");
  const to = line.to("recordtime");
  // The day may have one digit.
  const day = from + 5;
  const month = bytes[day + 1] === SPACE ? day + 2 : day + 3;
  const clock = month + 9;
  if (to - clock !== 12 || bytes[from + 3] !== COMMA || bytes[month - 1] !== SPACE || bytes[clock - 1] !== SPACE)
    return Number.NaN;
  if (bytes[clock + 2] !== COLON || bytes[clock + 5] !== COLON || bytes[clock + 8] !== COLON) return Number.NaN;
  const midnight = dayMs(digits(bytes, month + 4, 4), monthAt(bytes, month), digits(bytes, day, month - 1 - day));
  const hour = digits(bytes, clock, 2);
  const minute = digits(bytes, clock + 3, 2);
  const second = digits(bytes, clock + 6, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + digits(bytes, clock + 9, 3);
}
