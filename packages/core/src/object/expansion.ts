import { SluiceError } from "../errors.ts";
import { type DecodeLimits, RATIO_FREE_BYTES } from "../ports/codec.ts";

/** Keeps what comes out of one object within its limits, set against what was read of it so far. */
export class Expansion {
  readonly #limits: DecodeLimits;
  #stored = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  /** Bytes as stored, on their way to the first decoder. */
  async *stored(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#stored += chunk.length;
      yield chunk;
    }
  }

  /** Bytes that a layer gave; all contents of the layer count together. */
  layer(): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
    let total = 0;
    const count = (size: number): void => {
      total += size;
      this.#check(total);
    };
    return async function* (chunks) {
      for await (const chunk of chunks) {
        count(chunk.length);
        yield chunk;
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
