import type { Buffer } from "node:buffer";
import type { RestartOptions, RestartPoint } from "@sluice/core";
import { expect } from "vitest";
import { chunked } from "./random-access.testing.ts";
import { type Read, readUntilError } from "./read-until-error.testing.ts";

export type Decode = (chunks: AsyncIterable<Uint8Array>, restart: RestartOptions) => AsyncIterable<Uint8Array>;

export interface Offered extends Read {
  readonly points: readonly RestartPoint[];
}

/** All of `stored`, and the points offered meanwhile, whose places are what came out before them. */
export async function readOffered(decode: Decode, stored: Buffer, step: number, every: number): Promise<Offered> {
  const points: RestartPoint[] = [];
  let decoded = 0;
  const offer = (point: RestartPoint): void => {
    expect(point.decoded).toBe(decoded);
    points.push(point);
  };
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of decode(chunked(stored, step), { offer, every })) {
      decoded += piece.length;
      yield piece;
    }
  };
  return { ...(await readUntilError(counted())), points };
}

export function readFrom(decode: Decode, stored: Buffer, step: number, from: RestartPoint): Promise<Read> {
  return readUntilError(decode(chunked(stored.subarray(from.stored), step), { from }));
}

/** Decoding from any of the points gives the rest of what it gives at once, and the same error. */
export async function expectSameFrom(decode: Decode, stored: Buffer, step: number, every: number): Promise<Offered> {
  const whole = await readOffered(decode, stored, step, every);
  for (const from of whole.points) {
    const rest = await readFrom(decode, stored, step, from);
    const expected = { ...rest, code: whole.code, message: whole.message };
    expect([from, rest]).toEqual([from, expected]);
    expect(rest.bytes.equals(whole.bytes.subarray(from.decoded))).toBe(true);
  }
  return whole;
}
