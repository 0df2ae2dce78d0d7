import { quote } from "@sluice/core";

/** Marks that turn the direction of text, and separators that break lines, beside the control characters that `quote` escapes. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Foreign text made fit for a terminal, and cut. */
export function printable(text: string): string {
  return quote(text).replace(INVISIBLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same without the cut, for keys and paths that have to stand whole. */
export function printableWhole(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += 200) parts.push(printable(text.slice(at, at + 200)));
  return parts.join("");
}

const WHOLE = new Intl.NumberFormat("en");
const ONE_DIGIT = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function count(n: number): string {
  return WHOLE.format(Math.round(n));
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** 1,536 → "1.5 KB". */
export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${ONE_DIGIT.format(value)} ${UNITS[unit]}`;
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${ONE_DIGIT.format(ms / 1000)} s`;
}

export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
