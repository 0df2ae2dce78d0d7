import type { Codec, Compression, DecodeLimits } from "../ports/codec.ts";
import { contents, type Stored } from "./contents.ts";

export const ROOMY: DecodeLimits = {
  maxExpandedBytes: 2 ** 40,
  maxExpansionRatio: 1000,
  maxDecoderBytes: 128 * 1024 * 1024,
  maxFrameBytes: 8 * 1024 * 1024,
};

export interface Opened {
  readonly compression?: Compression;
  readonly codecs?: readonly Codec[];
  readonly limits?: Partial<DecodeLimits>;
}

/** The decoded bytes of all contents, as they come. */
export async function* decodedBytes(stored: Stored, opened: Opened = {}): AsyncGenerator<Uint8Array> {
  const { compression = "auto", codecs = [], limits = {} } = opened;
  const options = { compression, codecs, limits: { ...ROOMY, ...limits }, header: () => undefined };
  for await (const content of contents(stored, options)) {
    if (content.kind === "rows") throw new TypeError("rows aren't bytes");
    yield* content.chunks;
  }
}
