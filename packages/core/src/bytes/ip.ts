import { Buffer } from "node:buffer";

const DOT = 0x2e;
const COLON = 0x3a;

/** 4 or 6 when `bytes[from, to)` is an IP address as RFC 4291 writes it (no zone, no prefix length), else 0. */
export function ipVersion(bytes: Uint8Array, from: number, to: number): 0 | 4 | 6 {
  if (to - from < 2 || to - from > 45) return 0;
  for (let i = from; i < to && i < from + 5; i++) {
    if (bytes[i] === DOT) return isIpv4(bytes, from, to) ? 4 : 0;
    if (bytes[i] === COLON) return isIpv6(bytes, from, to) ? 6 : 0;
  }
  return 0;
}

export function isIpText(text: string): boolean {
  const bytes = Buffer.from(text);
  return ipVersion(bytes, 0, bytes.length) !== 0;
}

function isIpv4(bytes: Uint8Array, from: number, to: number): boolean {
  let parts = 0;
  let at = from;
  while (at < to) {
    const start = at;
    let value = 0;
    for (; at < to && bytes[at] !== DOT; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    const size = at - start;
    if (size === 0 || size > 3 || value > 255 || (size > 1 && bytes[start] === 0x30)) return false;
    parts += 1;
    at += 1;
  }
  return parts === 4 && bytes[to - 1] !== DOT;
}

function isIpv6(bytes: Uint8Array, from: number, to: number): boolean {
  let groups = 0;
  let gap = false;
  let at = from;
  if (bytes[at] === COLON) {
    if (bytes[at + 1] !== COLON) return false;
    gap = true;
    at += 2;
  }
  while (at < to) {
    const end = groupEnd(bytes, at, to);
    if (end < to && bytes[end] === DOT)
      return groups + 2 <= 8 && (gap ? groups + 2 < 8 : groups + 2 === 8) && isIpv4(bytes, at, to);
    if (end === at || end - at > 4) return false;
    groups += 1;
    if (end === to) break;
    if (bytes[end] !== COLON || end + 1 === to) return false;
    at = end + 1;
    if (bytes[at] === COLON) {
      if (gap) return false;
      gap = true;
      at += 1;
    }
  }
  return gap ? groups < 8 : groups === 8;
}

/** Behind the hexadecimal digits. */
function groupEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  for (; at < to; at++) {
    const byte = bytes[at] as number;
    const letter = byte | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66))) break;
  }
  return at;
}
