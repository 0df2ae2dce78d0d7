import { Buffer } from "node:buffer";
import { SluiceError } from "@sluice/core";

const NO_BYTES = new Uint8Array(0);

/** Chunks of any size, taken in pieces of the size that is wanted. Fails with OBJECT_TRUNCATED where there are no more. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #format: string;
  /** The rest of the last chunk. */
  #rest: Uint8Array = NO_BYTES;
  /** Bytes taken, and those before. */
  position: number;

  constructor(chunks: AsyncIterable<Uint8Array>, format: string, position = 0) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#format = format;
    this.position = position;
  }

  /** Whether there is another byte. */
  async more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }

  /** The next `size` bytes; valid until more are asked for. */
  async take(size: number): Promise<Uint8Array> {
    if (this.#rest.length >= size) return this.#use(size);
    const bytes = Buffer.allocUnsafe(size);
    for (let have = 0; have < size; ) {
      if (!(await this.more())) throw this.#truncated();
      const part = this.#use(Math.min(size - have, this.#rest.length));
      bytes.set(part, have);
      have += part.length;
    }
    return bytes;
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) {
      if (!(await this.more())) throw this.#truncated();
      left -= this.#use(Math.min(left, this.#rest.length)).length;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #use(size: number): Uint8Array {
    const part = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.position += size;
    return part;
  }

  #truncated(): SluiceError {
    const message = `${this.#format} data ends too early, after ${this.position} compressed bytes`;
    return new SluiceError("OBJECT_TRUNCATED", message);
  }
}
