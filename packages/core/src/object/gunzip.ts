import { Buffer } from "node:buffer";
import type { Transform } from "node:stream";
import { createGunzip, type Gunzip, gunzipSync } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { InflateError, type Inflater, putBack } from "./inflate-kernel.ts";
import { RestartOffers, type RestartOptions } from "./restarts.ts";

/** Decoded bytes per chunk: four times Node's default costs half the time for logs. */
export const CHUNK_BYTES: number = 256 * 1024;
const MIN_CHUNK_BYTES = 64;

/**
 * Gzip (RFC 1952) of one or more members → decoded chunks. Fails with OBJECT_TRUNCATED when it ends within a member, with
 * OBJECT_CORRUPT when it is damaged or when anything but zeros follows the last member, with INTERNAL where it can't begin;
 * what came before is given out. A chunk is valid until the next one is asked for.
 */
export async function* gunzip(
  chunks: AsyncIterator<Uint8Array>,
  inflater: Inflater,
  restart: RestartOptions = {},
): AsyncGenerator<Uint8Array> {
  const offers = RestartOffers.of(restart);
  try {
    // Not delegated to: an asynchronous generator takes several turns for each value of another.
    if (restart.from !== undefined) for (const piece of inflater.resume(restart.from, offers)) yield piece;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
      for (const piece of inflater.decode(next.value, offers)) yield piece;
    inflater.finish();
    // Not when the reader leaves early: it may go on looking at its last chunk.
    putBack(inflater);
  } catch (error) {
    putBack(inflater);
    throw error instanceof InflateError ? dataError("gzip", error.code, error.at, error) : error;
  } finally {
    await chunks.return?.();
  }
}

/** The same by Node's decoder: three times the work, most of it around the decoding, in another thread. */
export function gunzipByZlib(head: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  return inflateByZlib(createGunzip({ chunkSize: CHUNK_BYTES }), "gzip", head, chunks);
}

/** One of Node's decoders, which work in another thread. */
export type Engine = Transform & { readonly bytesWritten: number };

/** What `inflate` makes of data in `format`; with the same errors as `gunzip`. */
export async function* inflateByZlib(
  inflate: Engine,
  format: string,
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const input = new Input(head, chunks);
  const feeding = feed(inflate, input);
  // A failed read destroys the stream, which the loop below then sees; this only keeps it from being unhandled.
  feeding.catch(() => {});
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
    await feeding;
    await expectPadding(input.behind(inflate.bytesWritten), format, inflate);
  } catch (error) {
    throw zlibError(error, format, inflate);
  } finally {
    inflate.destroy();
  }
}

/** Decoded bytes of an object taken whole. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024;

/** All of a small gzip at once; undefined when that isn't simple (damaged, large, anything behind it): then `gunzipByZlib` tells. */
export function gunzipWhole(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  const maxOutputLength = Math.min(MAX_WHOLE_BYTES, limit);
  try {
    const options = { info: true, maxOutputLength, chunkSize: expandedSize(bytes, maxOutputLength) };
    const { buffer, engine } = gunzipSync(bytes, options) as unknown as { buffer: Uint8Array; engine: Gunzip };
    return engine.bytesWritten === bytes.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

/** What the trailer says (RFC 1952: the last four bytes), within what zlib takes for the size of a chunk. */
export function expandedSize(gzip: Uint8Array, limit: number): number {
  if (gzip.length < 18) return MIN_CHUNK_BYTES;
  const size = Buffer.from(gzip.buffer, gzip.byteOffset, gzip.length).readUInt32LE(gzip.length - 4);
  return Math.max(MIN_CHUNK_BYTES, Math.min(size, limit, CHUNK_BYTES * 4));
}

/** Compressed bytes in pieces; `taken`: how many bytes the decoder has taken so far. Undefined: that was all. */
export interface Pieces {
  next(taken: number): Promise<Uint8Array | undefined>;
}

/** Writes all pieces to the decoder, as it takes them. A fault of the source destroys the decoder with it. */
export async function feed(inflate: Engine, input: Pieces): Promise<void> {
  try {
    while (!inflate.destroyed) {
      const chunk = await input.next(inflate.bytesWritten);
      if (chunk === undefined) {
        inflate.end();
        return;
      }
      if (!inflate.destroyed && !inflate.write(chunk)) await drained(inflate);
    }
  } catch (error) {
    inflate.destroy(error as Error);
    throw error;
  }
}

/** Until more can be written, or nothing more is to be. */
function drained(inflate: Engine): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      inflate.off("drain", done);
      inflate.off("close", done);
      resolve();
    };
    inflate.on("drain", done);
    inflate.on("close", done);
  });
}

/** Compressed bytes on their way to the decoder. The last ones are kept until it has taken them. */
class Input implements Pieces {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #head: Uint8Array | undefined;
  #held: Uint8Array[] = [];
  /** Position of the first byte held. */
  #at = 0;

  constructor(head: Uint8Array, chunks: AsyncIterator<Uint8Array>) {
    this.#head = head.length === 0 ? undefined : Buffer.from(head);
    this.#chunks = chunks;
  }

  async next(taken: number): Promise<Uint8Array | undefined> {
    for (
      let size = this.#held[0]?.length;
      size !== undefined && this.#at + size <= taken;
      size = this.#held[0]?.length
    ) {
      this.#held.shift();
      this.#at += size;
    }
    const chunk = this.#head ?? (await this.#pull());
    this.#head = undefined;
    if (chunk !== undefined) this.#held.push(chunk);
    return chunk;
  }

  /** All that comes behind the first `taken` bytes. */
  async *behind(taken: number): AsyncGenerator<Uint8Array> {
    yield Buffer.concat(this.#held).subarray(taken - this.#at);
    for (let chunk = await this.#pull(); chunk !== undefined; chunk = await this.#pull()) yield chunk;
  }

  async #pull(): Promise<Uint8Array | undefined> {
    const next = await this.#chunks.next();
    // It is taken later, by another thread; the source may use its memory again by then.
    return next.done === true ? undefined : Buffer.from(next.value);
  }
}

/** Node's decoder stops at a zero byte behind a member and says nothing of what follows: padding is fine, data would be lost. */
async function expectPadding(rest: AsyncIterable<Uint8Array>, format: string, inflate: Engine): Promise<void> {
  for await (const chunk of rest) {
    if (chunk.some((byte) => byte !== 0)) throw dataError(format, "GARBAGE", inflate.bytesWritten);
  }
}

function zlibError(error: unknown, format: string, inflate: Engine): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const known = typeof code === "string" && code.startsWith("Z");
  return known ? dataError(format, code, inflate.bytesWritten, error) : error;
}

/** `code`: zlib's, zstd's, or GARBAGE for anything but zeros behind the data. */
export function dataError(format: string, code: string, taken: number, cause?: unknown): SluiceError {
  const at = `after ${taken} compressed bytes`;
  if (code === "GARBAGE") return new SluiceError("OBJECT_CORRUPT", `data behind the end of the ${format} data, ${at}`);
  if (code === "Z_BUF_ERROR")
    return new SluiceError("OBJECT_TRUNCATED", `${format} data ends too early, ${at}`, { cause });
  return new SluiceError("OBJECT_CORRUPT", `${format} data is damaged (${code}), ${at}`, { cause });
}
