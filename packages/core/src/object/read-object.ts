import pRetry, { AbortError } from "p-retry";
import { asSluiceError, SluiceError } from "../errors.ts";
import type { ObjectReader, ObjectRef, ObjectSlice } from "../ports/object-reader.ts";

export interface ReadOptions {
  readonly partBytes: number;
  /** Attempts to go on after a failure that may pass, without a byte gained in between. */
  readonly attempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly signal: AbortSignal;
}

/** An object being read: what its first answer said, and all of its bytes as stored. */
export interface OpenObject {
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Opens the object with its first range; the body asks for the next ones, and again from the byte it has after a reset. */
export async function openObject(reader: ObjectReader, ref: ObjectRef, options: ReadOptions): Promise<OpenObject> {
  const first = await request(reader, ref, 0, undefined, options);
  return {
    etag: first.etag,
    size: first.size,
    lastModified: first.lastModified,
    body: body(reader, ref, first, options),
  };
}

async function* body(
  reader: ObjectReader,
  ref: ObjectRef,
  first: ObjectSlice,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let slice: ObjectSlice | undefined = first;
  let failures = 0;
  while (at < first.size) {
    slice ??= await request(reader, ref, at, first.etag, options);
    const before = at;
    try {
      for await (const chunk of slice.body) {
        at += chunk.length;
        yield chunk;
      }
      if (at === before) throw new SluiceError("RESET", `no bytes at ${at} of ${first.size}`);
      failures = 0;
    } catch (error) {
      failures = at > before ? 1 : failures + 1;
      if (!asSluiceError(error).transient || failures >= options.attempts) throw error;
    }
    slice = undefined;
  }
}

function request(
  reader: ObjectReader,
  ref: ObjectRef,
  start: number,
  ifMatch: string | undefined,
  options: ReadOptions,
): Promise<ObjectSlice> {
  const attempt = async (): Promise<ObjectSlice> => {
    try {
      return await reader.read(ref, { start, end: start + options.partBytes, ifMatch }, options.signal);
    } catch (error) {
      const known = asSluiceError(error);
      throw known.transient ? known : new AbortError(known);
    }
  };
  return pRetry(attempt, {
    retries: options.attempts - 1,
    minTimeout: options.minDelayMs,
    maxTimeout: options.maxDelayMs,
    randomize: true,
    signal: options.signal,
  });
}
