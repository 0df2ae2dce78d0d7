import { Buffer } from "node:buffer";
import { SluiceError } from "../errors.ts";
import { CHUNK_BYTES, gunzip, gunzipByZlib, gunzipWhole } from "./gunzip.ts";
import { takeInflater } from "./inflate-kernel.ts";

/** Stored bytes of an object that zlib decodes in one go: its streams cost more than it. */
const SMALL_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

export interface ExpansionLimits {
  /** Decoded bytes of one object; beyond it the object fails with EXPANSION_LIMIT. */
  readonly maxExpandedBytes: number;
}

export function isGzip(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decides by the first bytes, never by name or metadata, and gives decoded chunks, each valid until the next one is asked
 * for. `size`, that of the object as stored, when it is known, helps where there is no WebAssembly: a small one is taken
 * whole.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limits: ExpansionLimits,
  size: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const head = await atLeast(2, NO_BYTES, chunks);
    if (head.length === 0) return;
    if (!isGzip(head)) {
      yield* limited(plain(head, chunks), limits);
      return;
    }
    const inflater = takeInflater();
    if (inflater !== undefined) yield* limited(gunzip(head, chunks, inflater), limits);
    else if (size > SMALL_BYTES) yield* limited(gunzipByZlib(head, chunks), limits);
    else yield* gunzipSmall(await atLeast(SMALL_BYTES + 1, head, chunks), chunks, limits);
  } finally {
    await chunks.return?.();
  }
}

/** `head` and what follows, until it is `size` bytes or there are no more. */
async function atLeast(size: number, head: Uint8Array, chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts = [head];
  for (let length = head.length; length < size; length += (parts.at(-1) as Uint8Array).length) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
  }
  return parts.length === 1 ? head : Buffer.concat(parts);
}

/** Takes no size for granted: what is longer than it was said to be is decoded as a stream. */
async function* gunzipSmall(
  bytes: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  limits: ExpansionLimits,
): AsyncGenerator<Uint8Array> {
  const whole = bytes.length > SMALL_BYTES ? undefined : gunzipWhole(bytes, limits.maxExpandedBytes);
  if (whole === undefined) yield* limited(gunzipByZlib(bytes, rest), limits);
  else for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.subarray(at, at + CHUNK_BYTES);
}

async function* plain(head: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

async function* limited(chunks: AsyncIterable<Uint8Array>, limits: ExpansionLimits): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limits.maxExpandedBytes)
      throw new SluiceError(
        "EXPANSION_LIMIT",
        `object expands beyond maxExpandedBytes (${limits.maxExpandedBytes} bytes)`,
      );
    yield chunk;
  }
}
