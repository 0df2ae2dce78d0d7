import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { isGzip } from "../object/decompress.ts";
import { putBack, takeInflater } from "../object/inflate-kernel.ts";
import type { Unwrapped } from "./envelope.ts";
import type { EnvelopePath, Opened } from "./item.ts";
import { logKernel } from "./log-kernel.ts";

/** Found out only when it is its turn. */
export function inline(path: EnvelopePath, open: () => Opened): Unwrapped {
  return { items: [{ kind: "inline", path, open }], ignored: [] };
}

/**
 * The bytes of a payload in base64, inflated when they are gzip. Never more than `limit` bytes come out of that. Valid
 * until the next call: payloads follow each other in the same memory.
 */
export function inlineBytes(data: string, limit: number, where: string): Buffer {
  const inflater = takeInflater();
  try {
    const bytes = fromBase64(data, inflater?.input);
    if (!isGzip(bytes)) return bytes.buffer === inflater?.input.buffer ? Buffer.from(bytes) : bytes;
    if (inflater === undefined) return gunzipSync(bytes, { maxOutputLength: limit });
    const inflated = joined(inflater.decode(bytes), limit);
    inflater.finish();
    return inflated;
  } catch (error) {
    throw named(error, limit, where);
  } finally {
    if (inflater !== undefined) putBack(inflater);
  }
}

/** In `memory` when it is sure to fit. */
function fromBase64(data: string, memory: Buffer | undefined): Buffer {
  if (memory === undefined || data.length > memory.length) return Buffer.from(data, "base64");
  return memory.subarray(0, memory.write(data, "base64"));
}

const FIRST_BYTES = 256 * 1024;
const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

/** Right where the log kernel would have them, as long as they fit there. */
function joined(pieces: Iterable<Uint8Array>, limit: number): Buffer {
  let out = logKernel()?.input ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;
  for (const piece of pieces) {
    const end = length + piece.length;
    if (end > limit) throw Object.assign(new Error("too large"), { code: TOO_LARGE });
    if (end > out.length) out = Buffer.concat([out.subarray(0, length)], Math.max(end, 2 * out.length));
    out.set(piece, length);
    length = end;
  }
  return out.subarray(0, length);
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
