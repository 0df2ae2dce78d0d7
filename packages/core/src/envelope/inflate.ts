import { gunzipSync } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { isGzip } from "../object/decompress.ts";
import { expandedSize } from "../object/gunzip.ts";

/** An inline payload's bytes: inflated when they are gzip, else as they are. Never more than `limit` bytes come out. */
export function inflateInline(bytes: Uint8Array, limit: number, where: string): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit, chunkSize: expandedSize(bytes, limit) });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new SluiceError("EXPANSION_LIMIT", `${where}: expands beyond maxInlineBytes (${limit} bytes)`, {
        cause: error,
      });
    }
    throw new SluiceError("EVENT_MALFORMED", `${where}: expected gzip data, got damaged data (${code})`, {
      cause: error,
    });
  }
}
