import { Buffer } from "node:buffer";
import { ID_SCHEMA, type LogBatch, sourceKey } from "./origin.ts";

/** What the keys of all events of one log stream share: a 128-bit hash of owner, region, group and stream. */
export type StreamSeed = Uint32Array;

export function streamSeed({ owner, region, group, stream }: LogBatch): StreamSeed {
  const hex = sourceKey(owner, region, group, stream).slice(ID_SCHEMA.length);
  return Uint32Array.from({ length: 4 }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16));
}

/** Source key: owner, region, group, stream, event id. One per event, so a fast hash; log-kernel.c computes the same. */
export function logEventKey(seed: StreamSeed, eventId: string): string {
  return ID_SCHEMA + hash128(seed, Buffer.from(eventId));
}

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
const ADD = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;
const ROLL = [15, 16, 17, 18] as const;
const TURN = [19, 17, 15, 13] as const;
const LANES = [0, 1, 2, 3] as const;

/** 128 bits in the manner of MurmurHash3 for 32-bit machines, with four seeds, in hex. */
function hash128(seed: StreamSeed, bytes: Uint8Array): string {
  const h = Uint32Array.from(seed);
  const at = (i: number): number => h[i & 3] as number;
  for (let block = 0; block < bytes.length; block += 16) {
    for (const lane of LANES) {
      const k = Math.imul(
        rotl(Math.imul(word(bytes, block + 4 * lane), C[lane]), ROLL[lane]),
        C[((lane + 1) & 3) as 0],
      );
      h[lane] = at(lane) ^ k;
      if (bytes.length - block < 16) continue;
      h[lane] = Math.imul(rotl(at(lane), TURN[lane]) + at(lane + 1), 5) + ADD[lane];
    }
  }
  for (const lane of LANES) h[lane] = at(lane) ^ bytes.length;
  stir(h);
  for (const lane of LANES) h[lane] = finish(at(lane));
  stir(h);
  return [...h].map((each) => each.toString(16).padStart(8, "0")).join("");
}

function stir(h: Uint32Array): void {
  const [a, b, c, d] = h as unknown as [number, number, number, number];
  h[0] = a + b + c + d;
  for (const lane of [1, 2, 3] as const) h[lane] = (h[lane] as number) + (h[0] as number);
}

/** Little-endian; bytes beyond the end count as zero. */
function word(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value |= (bytes[at + i] ?? 0) << (8 * i);
  return value;
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
