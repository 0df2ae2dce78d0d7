import { SluiceError } from "../errors.ts";
import { type DecodeLimits, RATIO_FREE_BYTES } from "../ports/codec.ts";

/** Told of so many bytes more. Fails with EXPANSION_LIMIT where they are too many. */
export type Count = (bytes: number) => void;

/** Keeps what comes out of one object within its limits, set against what was read of it so far. */
export class Expansion {
  readonly #limits: DecodeLimits;
  #stored: number;

  /** `stored`: bytes of it that were read before. */
  constructor(limits: DecodeLimits, stored = 0) {
    this.#limits = limits;
    this.#stored = stored;
  }

  /** Told of bytes as stored, on their way to the first decoder. */
  readonly stored: Count = (bytes) => {
    this.#stored += bytes;
  };

  /** To be told of the bytes that a layer gave, `before` of them earlier; all contents of the layer count together. */
  layer(before = 0): Count {
    let total = before;
    return (bytes) => {
      total += bytes;
      this.#check(total);
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

/** The same chunks, counted as they are taken. */
export async function* counted(chunks: AsyncIterable<Uint8Array>, count: Count): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}
