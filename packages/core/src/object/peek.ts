import { Buffer } from "node:buffer";

/** Chunks whose first bytes have been looked at. To be read once. */
export interface Peeked {
  /** As many bytes as were asked for, or all there are; may be more. Valid until `chunks` is read beyond its first chunk. */
  readonly head: Uint8Array;
  /** All of the bytes, the head included. Closing it closes the source. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Lets go of a source that won't be read. */
  close(): Promise<void>;
}

export async function peek(source: AsyncIterable<Uint8Array>, size: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  try {
    const head = await firstBytes(iterator, size);
    return { head, chunks: rejoined(head, iterator, close), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A chunk may change once the next one is asked for: what isn't enough by itself is copied. */
async function firstBytes(iterator: AsyncIterator<Uint8Array>, size: number): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < size) {
    const next = await iterator.next();
    if (next.done === true) break;
    if (head.length === 0 && next.value.length >= size) return next.value;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* rejoined(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  close: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await close();
  }
}
