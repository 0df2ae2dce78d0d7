import { Buffer } from "node:buffer";
import { SluiceError } from "../errors.ts";
import { CHUNK_BYTES, gunzip, gunzipByZlib, gunzipWhole } from "./gunzip.ts";
import { takeInflater } from "./inflate-kernel.ts";
import type { RestartOptions } from "./restarts.ts";

/** Stored bytes of an object that zlib decodes in one go: its streams cost more than it. */
const SMALL_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

export function isGzip(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Gzip → decoded chunks, each valid until the next one is asked for; errors as of `gunzip`. `size`, that of the data as
 * stored, when it is known, helps where there is no WebAssembly: small data is taken whole. Nor are there restart points.
 */
export function decompress(
  source: AsyncIterable<Uint8Array>,
  { maxExpandedBytes }: { readonly maxExpandedBytes: number },
  size: number = Number.POSITIVE_INFINITY,
  restart: RestartOptions = {},
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const inflater = takeInflater();
  return inflater === undefined
    ? withoutKernel(chunks, maxExpandedBytes, size, restart)
    : gunzip(chunks, inflater, restart);
}

async function* withoutKernel(
  chunks: AsyncIterator<Uint8Array>,
  maxExpandedBytes: number,
  size: number,
  { from }: RestartOptions,
): AsyncGenerator<Uint8Array> {
  try {
    if (from !== undefined)
      throw new SluiceError("INTERNAL", "gzip data can't be gone on with where WebAssembly isn't there");
    if (size > SMALL_BYTES) yield* gunzipByZlib(NO_BYTES, chunks);
    else yield* gunzipSmall(await atMost(SMALL_BYTES, chunks), chunks, maxExpandedBytes);
  } finally {
    await chunks.return?.();
  }
}

/** What comes next, until there is no more or it is more than `size` bytes. */
async function atMost(size: number, chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length <= size; length += (parts.at(-1) as Uint8Array).length) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(Buffer.from(next.value));
  }
  return Buffer.concat(parts);
}

/** Takes no size for granted: what is longer than it was said to be is decoded as a stream. */
async function* gunzipSmall(
  bytes: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  maxExpandedBytes: number,
): AsyncGenerator<Uint8Array> {
  const whole = bytes.length > SMALL_BYTES ? undefined : gunzipWhole(bytes, maxExpandedBytes);
  if (whole === undefined) yield* gunzipByZlib(bytes, rest);
  else for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.subarray(at, at + CHUNK_BYTES);
}
