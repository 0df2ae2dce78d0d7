import { SluiceError } from "../errors.ts";
import type { FrameBlock } from "../framing/frame.ts";
import { type DecodeLimits, RATIO_FREE_BYTES } from "../ports/codec.ts";

/** Keeps what comes out of one object within its limits, set against what was read of it so far. */
export class Expansion {
  readonly #limits: DecodeLimits;
  #stored: number;

  /** `stored`: bytes of it that were read before. */
  constructor(limits: DecodeLimits, stored = 0) {
    this.#limits = limits;
    this.#stored = stored;
  }

  /** Bytes as stored, on their way to the first decoder. */
  async *stored(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#stored += chunk.length;
      yield chunk;
    }
  }

  /** Bytes that a layer gave, `before` of them earlier; all contents of the layer count together. */
  layer(before = 0): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
    return this.#counted((chunk) => chunk.length, before);
  }

  /** The same for rows, which are as large as what they are written as. */
  rows(): (blocks: AsyncIterable<FrameBlock>) => AsyncGenerator<FrameBlock> {
    return this.#counted((block) => block.bytes.length);
  }

  #counted<T>(sizeOf: (each: T) => number, before = 0): (all: AsyncIterable<T>) => AsyncGenerator<T> {
    let total = before;
    const count = (size: number): void => {
      total += size;
      this.#check(total);
    };
    return async function* (all) {
      for await (const each of all) {
        count(sizeOf(each));
        yield each;
      }
    };
  }

  #check(total: number): void {
    const { maxExpandedBytes, maxExpansionRatio } = this.#limits;
    if (total > maxExpandedBytes)
      throw new SluiceError("EXPANSION_LIMIT", `object expands beyond maxExpandedBytes (${maxExpandedBytes} bytes)`);
    if (total > RATIO_FREE_BYTES && total > this.#stored * maxExpansionRatio)
      throw new SluiceError(
        "EXPANSION_LIMIT",
        `object expands beyond maxExpansionRatio (${maxExpansionRatio}): ${total} bytes of ${this.#stored}`,
      );
  }
}
