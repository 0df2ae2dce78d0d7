import { gunzipSync } from "node:zlib";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { SluiceError } from "../errors.ts";
import { isGzip } from "../object/decompress.ts";
import { expandedSize } from "../object/gunzip.ts";
import { type Inflater, putBack, takeInflater } from "../object/inflate-kernel.ts";

/** An inline payload's bytes: inflated when they are gzip, else as they are. Never more than `limit` bytes come out. */
export function inflateInline(bytes: Uint8Array, limit: number, where: string): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const inflater = takeInflater();
  try {
    const size = expandedSize(bytes, limit);
    if (inflater === undefined) return gunzipSync(bytes, { maxOutputLength: limit, chunkSize: size });
    return inflated(inflater, bytes, limit, size);
  } catch (error) {
    throw named(error, limit, where);
  } finally {
    if (inflater !== undefined) putBack(inflater);
  }
}

const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

/** `size`: what is likely to come out. */
function inflated(inflater: Inflater, bytes: Uint8Array, limit: number, size: number): Uint8Array {
  const out = new ByteWriter(size);
  for (const piece of inflater.decode(bytes)) {
    if (out.length + piece.length > limit) throw Object.assign(new Error("too large"), { code: TOO_LARGE });
    out.bytes(piece);
  }
  inflater.finish();
  return out.view();
}

function named(error: unknown, limit: number, where: string): SluiceError {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  if (code === TOO_LARGE)
    return new SluiceError("EXPANSION_LIMIT", `${where}: expands beyond maxInlineBytes (${limit} bytes)`, {
      cause: error,
    });
  return new SluiceError("EVENT_MALFORMED", `${where}: expected gzip data, got damaged data (${code})`, {
    cause: error,
  });
}
