import { Buffer } from "node:buffer";
import { expect } from "vitest";
import { SluiceError } from "../errors.ts";
import { MAX_RESTART_BYTES, RESTART_EVERY_BYTES, type RestartPoint } from "../ports/codec.ts";
import type { RestartOptions } from "./restarts.ts";

export type Decode = (chunks: AsyncIterable<Uint8Array>, restart: RestartOptions) => AsyncIterable<Uint8Array>;

export interface Read {
  readonly bytes: Buffer;
  readonly code: string;
  readonly message: string;
  readonly points: readonly RestartPoint[];
}

/** In chunks of `step` bytes, each of which is overwritten when the next one is asked for. */
export async function* lent(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) {
    const chunk = Buffer.from(bytes.subarray(at, at + step));
    yield chunk;
    chunk.fill(0x21);
  }
}

/** Points that are kept, of however many were offered: some from each part. */
const KEPT_POINTS = 64;

/** What comes of `stored` from a point on, or of all of it, and what can be gone on from; each checked for what it says. */
export async function readFrom(
  decode: Decode,
  stored: Uint8Array,
  { step, from, every = RESTART_EVERY_BYTES }: { step: number; from?: RestartPoint; every?: number | undefined },
): Promise<Read> {
  const parts: Buffer[] = [];
  const points: RestartPoint[] = [];
  let decoded = from?.decoded ?? 0;
  let least = decoded + every;
  let offered = 0;
  let stride = 1;
  const offer = (point: RestartPoint): void => {
    const fits = point.stored <= stored.length && point.state.length <= MAX_RESTART_BYTES;
    if (point.decoded !== decoded || decoded < least || !fits) expect.fail(`${point.stored} ${point.decoded}`);
    least = decoded + every;
    if (offered++ % stride === 0) points.push(point);
    if (points.length <= KEPT_POINTS) return;
    stride *= 2;
    points.splice(0, points.length, ...points.filter((_, i) => i % 2 === 0));
  };
  const read = (code: string, message: string): Read => ({ bytes: Buffer.concat(parts), code, message, points });
  try {
    for await (const chunk of decode(lent(stored.subarray(from?.stored ?? 0), step), { from, offer, every })) {
      parts.push(Buffer.from(chunk));
      decoded += chunk.length;
    }
    return read("fine", "");
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return read(error.code, error.message);
  }
}

/** Damage is told to be within a code or two, which depends on the chunks. */
const DAMAGE_BYTES = 24;

const placeIn = (message: string): number => Number(/after (\d+) compressed bytes$/.exec(message)?.[1] ?? 0);

/** Decoding from any of the points, or some, gives the rest of what it gives at once, and the same error. */
export async function expectSameFrom(
  decode: Decode,
  stored: Uint8Array,
  { step, every, most }: { step: number; every?: number; most: number },
): Promise<Read> {
  const whole = await readFrom(decode, stored, { step, every });
  const each = Math.max(1, Math.floor(whole.points.length / most));
  for (let i = whole.points.length - 1; i >= 0; i -= each) {
    const from = whole.points[i] as RestartPoint;
    const rest = await readFrom(decode, stored, { step: i % 2 === 0 ? step : 1 + i * 37, from, every });
    expect([from.decoded, rest.code]).toEqual([from.decoded, whole.code]);
    expect(rest.bytes.equals(whole.bytes.subarray(from.decoded))).toBe(true);
    expect(Math.abs(placeIn(rest.message) - placeIn(whole.message))).toBeLessThan(DAMAGE_BYTES);
    if (!whole.message.includes("is damaged")) expect(rest.message).toBe(whole.message);
  }
  return whole;
}
