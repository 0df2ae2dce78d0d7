import { Buffer } from "node:buffer";
import { ipVersion } from "../bytes/ip.ts";

/** Bits of an address, the first byte first. IPv4 stands where RFC 4291 maps it, ::ffff:0:0/96, so that both compare alike. */
const BYTES = 16;
const MAPPED_BITS = 96;

export interface Cidr {
  readonly address: Uint8Array;
  readonly bits: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or an address alone; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const v4 = !host.includes(":");
  const most = v4 ? 32 : 128;
  const prefix = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) return undefined;
  return { address, bits: Number(prefix) + (v4 ? MAPPED_BITS : 0) };
}

/** Whether the text is an address within one of the ranges. */
export function isWithin(text: string, ranges: readonly Cidr[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && ranges.some((range) => holds(range, address));
}

function holds({ address, bits }: Cidr, other: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== other[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((address[whole] as number) ^ (other[whole] as number)) >> (8 - rest) === 0;
}

function parseAddress(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "latin1");
  const version = ipVersion(bytes, 0, bytes.length);
  if (version === 4) return mapped(text);
  return version === 6 ? parseIpv6(text) : undefined;
}

function mapped(text: string): Uint8Array {
  const out = new Uint8Array(BYTES);
  out.fill(0xff, 10, 12);
  out.set(text.split(".").map(Number), 12);
  return out;
}

/** Of text that is known to be one. */
function parseIpv6(text: string): Uint8Array {
  const dotted = text.includes(".") ? text.slice(text.lastIndexOf(":") + 1) : undefined;
  const plain = dotted === undefined ? text : `${text.slice(0, -dotted.length)}${hexGroups(dotted)}`;
  const [head = "", tail] = plain.split("::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...new Array<number>(BYTES / 2 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function hexGroups(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
