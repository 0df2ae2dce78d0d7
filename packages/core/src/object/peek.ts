import { Buffer } from "node:buffer";

/**
 * Chunks whose first bytes have been looked at: all of the bytes, the head included, to be read once. Closing it, which
 * whoever made it must do, closes the source.
 */
export class Peeked implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #took: ((bytes: number) => void) | undefined;
  #head: Uint8Array = NO_BYTES;
  #isOver = false;

  constructor(source: AsyncIterable<Uint8Array>, took: ((bytes: number) => void) | undefined) {
    this.#source = source[Symbol.asyncIterator]();
    this.#took = took;
  }

  /** As many bytes as were asked for, or all there are; may be more. Empty once reading began. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** A chunk may change once the next one is asked for: what isn't enough by itself is copied. */
  async look(size: number): Promise<void> {
    while (this.#head.length < size) {
      const next = await this.#pull();
      if (next.done === true) break;
      const isEnough = this.#head.length === 0 && next.value.length >= size;
      this.#head = isEnough ? next.value : Buffer.concat([this.#head, next.value]);
    }
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const head = this.#head;
    if (head.length === 0) return this.#pull();
    this.#head = NO_BYTES;
    return Promise.resolve({ done: false, value: head });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Lets go of a source that won't be read. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#source.return?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #pull(): Promise<IteratorResult<Uint8Array, undefined>> {
    const next = await this.#source.next();
    if (next.done === true) this.#isOver = true;
    else this.#took?.(next.value.length);
    return next;
  }
}

const NO_BYTES = new Uint8Array(0);

/** With at least `size` bytes looked at, when there are as many. `took` is called with the size of each chunk of the source. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  size: number,
  took?: (bytes: number) => void,
): Promise<Peeked> {
  const peeked = new Peeked(source, took);
  try {
    await peeked.look(size);
    return peeked;
  } catch (error) {
    await peeked.close();
    throw error;
  }
}
