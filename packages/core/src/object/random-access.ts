import { Buffer } from "node:buffer";
import { SluiceError } from "../errors.ts";
import type { RandomAccess } from "../ports/codec.ts";

/** Bytes held in memory. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    async *read(start, end) {
      if (start < end) yield bytes.subarray(start, end);
    },
  };
}

/** All bytes of a source, for what can't be decoded in one go. Fails with EXPANSION_LIMIT beyond `maxDecoderBytes`. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>, maxDecoderBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxDecoderBytes)
      throw new SluiceError(
        "EXPANSION_LIMIT",
        `packed data inside of packed data is larger than maxDecoderBytes (${maxDecoderBytes} bytes)`,
      );
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts);
}
