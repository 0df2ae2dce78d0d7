import pRetry, { AbortError } from "p-retry";
import { asSluiceError, SluiceError } from "../errors.ts";
import type { ByteRange, ObjectReader, ObjectRef, ObjectSlice } from "../ports/object-reader.ts";

export interface ReadOptions {
  readonly partBytes: number;
  /** Attempts to go on after a failure that may pass, without a byte gained in between. */
  readonly attempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly signal: AbortSignal;
  /** The etag that the object must have; else it fails with OBJECT_CHANGED. */
  readonly ifMatch?: string | undefined;
  /** The first byte of the body. Default: 0. */
  readonly from?: number | undefined;
  /** Called with the size of each chunk that is taken of a body. */
  readonly took?: ((bytes: number) => void) | undefined;
}

/** An object being read: what its first answer said, and its bytes as stored. */
export interface OpenObject {
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number | undefined;
  readonly metadata: ObjectSlice["metadata"];
  readonly versionId: string | undefined;
  /** All of it from the asked-for byte on, beginning with the first answer: to be read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The bytes `[start, end)` of the same version, asked for anew. */
  range(start: number, end: number): AsyncIterable<Uint8Array>;
  /** To be called instead of reading the body: lets go of the first answer. */
  leave(): Promise<void>;
}

/** Opens the object with its first range; the body asks for the next ones, and again from the byte it has after a reset. */
export async function openObject(reader: ObjectReader, ref: ObjectRef, options: ReadOptions): Promise<OpenObject> {
  const { from = 0, ifMatch, partBytes } = options;
  const first = await request(reader, ref, { start: from, end: from + partBytes, ifMatch }, options);
  return {
    etag: first.etag,
    size: first.size,
    lastModified: first.lastModified,
    metadata: first.metadata,
    versionId: first.versionId,
    body: body({ reader, ref, etag: first.etag, options }, from, first.size, first),
    range: (start, end) =>
      body({ reader, ref, etag: first.etag, options }, start, Math.min(end, first.size), undefined),
    leave: async () => {
      for await (const _ of first.body) return;
    },
  };
}

interface Version {
  readonly reader: ObjectReader;
  readonly ref: ObjectRef;
  readonly etag: string;
  readonly options: ReadOptions;
}

/** The bytes `[start, end)`; `first` is an answer that begins at `start`, when there is one already. */
async function* body(
  { reader, ref, etag, options }: Version,
  start: number,
  end: number,
  first: ObjectSlice | undefined,
): AsyncGenerator<Uint8Array> {
  let at = start;
  let slice = first;
  let failures = 0;
  while (at < end) {
    slice ??= await request(
      reader,
      ref,
      { start: at, end: Math.min(at + options.partBytes, end), ifMatch: etag },
      options,
    );
    const before = at;
    try {
      for await (const chunk of slice.body) {
        at += chunk.length;
        options.took?.(chunk.length);
        yield chunk;
      }
      if (at === before) throw new SluiceError("RESET", `no bytes at ${at} of ${end}`);
      failures = 0;
    } catch (error) {
      failures = at > before ? 1 : failures + 1;
      if (!asSluiceError(error).transient || failures >= options.attempts) throw error;
    }
    slice = undefined;
  }
}

function request(reader: ObjectReader, ref: ObjectRef, range: ByteRange, options: ReadOptions): Promise<ObjectSlice> {
  const attempt = async (): Promise<ObjectSlice> => {
    try {
      return await reader.read(ref, range, options.signal);
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
