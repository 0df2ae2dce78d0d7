import type { DecodeLimits, RandomAccess } from "@sluice/core";

export const LIMITS: DecodeLimits = {
  maxExpandedBytes: 2 ** 40,
  maxExpansionRatio: 1000,
  maxDecoderBytes: 128 * 1024 * 1024,
  maxFrameBytes: 8 * 1024 * 1024,
};

/** In chunks of `step` bytes, each of which is overwritten when the next one is asked for. */
export async function* chunked(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) {
    const lent = Buffer.from(bytes.subarray(at, at + step));
    yield lent;
    lent.fill(0x21);
  }
}

export function fileOf(bytes: Uint8Array, step = 1000): RandomAccess {
  return { size: bytes.length, read: (start, end) => chunked(bytes.subarray(start, end), step) };
}
