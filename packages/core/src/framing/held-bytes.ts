import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";

/** Room that is kept when it is empty. */
const KEPT_BYTES = 256 * 1024;
const NO_BYTES = new Uint8Array(0);

/** Copies of pieces, one behind the other. Room grows by doubling, so that many small ones cost no more than a few large ones. */
export class HeldBytes {
  /** The only piece: most often there is no other. */
  #one: Uint8Array = NO_BYTES;
  #writer: ByteWriter | undefined;

  get length(): number {
    return this.#writer?.length ?? this.#one.length;
  }

  /** Valid until the next call. */
  get bytes(): Uint8Array {
    return this.#writer?.view() ?? this.#one;
  }

  add(bytes: Uint8Array, from: number = 0, to: number = bytes.length): void {
    if (this.#writer === undefined && this.#one.length === 0) {
      this.#one = Buffer.from(bytes.subarray(from, to));
      return;
    }
    this.#several().bytes(bytes, from, to);
  }

  /** Takes away the first `size` of them. */
  drop(size: number): void {
    if (this.#writer === undefined) this.#one = this.#one.subarray(size);
    else if (size < this.#writer.length) {
      if (size > 0) this.#writer.buffer.copyWithin(0, size, this.#writer.length);
      this.#writer.truncate(this.#writer.length - size);
    } else this.clear();
  }

  clear(): void {
    this.#one = NO_BYTES;
    if (this.#writer === undefined) return;
    if (this.#writer.buffer.length > KEPT_BYTES) this.#writer = undefined;
    else this.#writer.truncate(0);
  }

  #several(): ByteWriter {
    if (this.#writer !== undefined) return this.#writer;
    const writer = new ByteWriter(this.#one.length * 2);
    writer.bytes(this.#one);
    this.#one = NO_BYTES;
    this.#writer = writer;
    return writer;
  }
}
