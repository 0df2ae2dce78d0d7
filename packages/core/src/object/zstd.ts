import { Buffer } from "node:buffer";
import { constants, createZstdDecompress, type ZstdDecompress } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { CHUNK_BYTES, dataError, feed, type Pieces } from "./gunzip.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Largest window that Node's decoder takes without being asked, as its power of two; and at all. */
const USUAL_WINDOW_LOG = 27;
const MAX_WINDOW_LOG = 31;

/**
 * Zstandard data (RFC 8878) of any number of frames → decoded chunks; skippable frames are skipped, zeros may follow the
 * last one. Fails with OBJECT_TRUNCATED, OBJECT_CORRUPT (a wrong checksum too), COMPRESSION_UNSUPPORTED, EXPANSION_LIMIT.
 */
export async function* unzstd(
  chunks: AsyncIterable<Uint8Array>,
  { maxDecoderBytes }: { readonly maxDecoderBytes: number },
): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames(maxDecoderBytes);
  const parts = partsOf(chunks, frames);
  try {
    const first = await parts.next();
    // A decoder that gets nothing takes that for an end that comes too early.
    if (first.done !== true) yield* decoded(first.value, parts, frames, newEngine(maxDecoderBytes));
  } finally {
    await parts.return(undefined);
  }
}

async function* decoded(
  first: Uint8Array,
  parts: AsyncGenerator<Uint8Array>,
  frames: ZstdFrames,
  engine: ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  const feeding = feed(engine, piecesOf(first, parts));
  // A failed read destroys the stream, which the loop below then sees; this only keeps it from being unhandled.
  feeding.catch(() => {});
  try {
    for await (const chunk of engine) yield chunk as Uint8Array;
    await feeding;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const known = typeof code === "string" && /^Z(?:STD)?_/.test(code);
    throw known ? dataError("zstd", code, engine.bytesWritten + frames.omitted, error) : error;
  } finally {
    engine.destroy();
  }
}

function newEngine(maxDecoderBytes: number): ZstdDecompress {
  if (typeof createZstdDecompress !== "function")
    throw new SluiceError("COMPRESSION_UNSUPPORTED", "zstd data: this version of Node can't decode it (22.15 can)");
  const windowLog = Math.min(Math.ceil(Math.log2(maxDecoderBytes)), MAX_WINDOW_LOG);
  const params = { [constants.ZSTD_d_windowLogMax]: Math.max(windowLog, USUAL_WINDOW_LOG) };
  return createZstdDecompress({ chunkSize: CHUNK_BYTES, params });
}

/** Copies, as they are taken later, by another thread: the source may use its memory again by then. */
function piecesOf(first: Uint8Array, parts: AsyncGenerator<Uint8Array>): Pieces {
  let head: Uint8Array | undefined = Buffer.from(first);
  return {
    async next() {
      const piece = head;
      head = undefined;
      if (piece !== undefined) return piece;
      const next = await parts.next();
      return next.done === true ? undefined : Buffer.from(next.value);
    },
  };
}

async function* partsOf(chunks: AsyncIterable<Uint8Array>, frames: ZstdFrames): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield* frames.cut(chunk);
  frames.end();
}
