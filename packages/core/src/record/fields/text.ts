import { Buffer } from "node:buffer";

const HYPHEN = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Each byte a character. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}

export function utf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
}

export function startsWith(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Nothing, or the `-` that stands for it. */
export function isAbsent(bytes: Uint8Array, from: number, to: number): boolean {
  return to <= from || (to - from === 1 && bytes[from] === HYPHEN);
}

/** A text as the inside of a JSON string, each byte of its UTF-8 a character: as `LayoutValues.text` takes it. */
export function jsonInside(text: string): string {
  const json = JSON.stringify(text.toWellFormed()).slice(1, -1);
  return Buffer.from(json).toString("latin1");
}

/** `address:port`; IPv6 addresses may stand in brackets. The end of the address, or -1. */
export function portColon(bytes: Uint8Array, from: number, to: number): number {
  let i = to - 1;
  while (i > from && bytes[i] !== COLON) i--;
  return i > from && isWholeNumber(bytes, i + 1, to) ? i : -1;
}

/** 1 when the address stands in brackets: what to leave out at either end. */
export function bracketed(bytes: Uint8Array, from: number, to: number): 0 | 1 {
  return bytes[from] === OPEN_BRACKET && bytes[to - 1] === CLOSE_BRACKET ? 1 : 0;
}

/** True when the span is digits only, without a leading zero: fit to stand in JSON as a number. */
export function isWholeNumber(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from || to - from > 15 || (bytes[from] === 0x30 && to - from > 1)) return false;
  for (let i = from; i < to; i++) if (!isDigit(bytes[i])) return false;
  return true;
}

/** True for `digits[.digits]` without superfluous zeros in front. */
export function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  let dot = from;
  while (dot < to && bytes[dot] !== 0x2e) dot++;
  if (!isWholeNumber(bytes, from, dot)) return false;
  if (dot === to) return true;
  for (let i = dot + 1; i < to; i++) if (!isDigit(bytes[i])) return false;
  return dot + 1 < to;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
