import { Buffer } from "node:buffer";
import { constants, createZstdDecompress, type ZstdDecompress } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { CHUNK_BYTES, dataError, feed, type Pieces } from "./gunzip.ts";
import { expectNoState, RestartOffers, type RestartOptions } from "./restarts.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Largest window that Node's decoder takes without being asked, as its power of two; and at all. */
const USUAL_WINDOW_LOG = 27;
const MAX_WINDOW_LOG = 31;

/**
 * Zstandard data (RFC 8878) of any number of frames → decoded chunks; skippable frames are skipped, zeros may follow the
 * last one. Fails with OBJECT_TRUNCATED, OBJECT_CORRUPT (a wrong checksum too), COMPRESSION_UNSUPPORTED, EXPANSION_LIMIT.
 * Restart points lie between frames, and have no state.
 */
export async function* unzstd(
  chunks: AsyncIterable<Uint8Array>,
  { maxDecoderBytes }: { readonly maxDecoderBytes: number },
  restart: RestartOptions = {},
): AsyncGenerator<Uint8Array> {
  if (restart.from !== undefined) expectNoState("zstd", restart.from);
  const offers = RestartOffers.of(restart);
  const frames = new ZstdFrames(maxDecoderBytes, restart.from?.stored);
  const parts = partsOf(chunks, frames);
  try {
    // A decoder that gets nothing takes that for an end that comes too early.
    for (let first = await parts.next(); first.done !== true; first = await parts.next())
      yield* decoded(new FrameFeed(first.value, parts, frames, offers), newEngine(maxDecoderBytes));
  } finally {
    await parts.return(undefined);
  }
}

/** How much of it there is at a frame's end is known when the decoder was given its end there, and all came out. */
async function* decoded(input: FrameFeed, engine: ZstdDecompress): AsyncGenerator<Uint8Array> {
  const feeding = feed(engine, input);
  // A failed read destroys the stream, which the loop below then sees; this only keeps it from being unhandled.
  feeding.catch(() => {});
  try {
    for await (const chunk of engine) {
      yield chunk as Uint8Array;
      input.passed((chunk as Uint8Array).length);
    }
    await feeding;
    input.end();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const known = typeof code === "string" && /^Z(?:STD)?_/.test(code);
    throw known ? dataError("zstd", code, input.stored(engine.bytesWritten), error) : error;
  } finally {
    engine.destroy();
  }
}

/** The frames for one decoder: all that come or, where restart points are wanted, those up to the next one. */
class FrameFeed implements Pieces {
  #first: Uint8Array | undefined;
  readonly #parts: AsyncGenerator<Uint8Array>;
  readonly #frames: ZstdFrames;
  readonly #offers: RestartOffers | undefined;
  /** Given out for earlier decoders. */
  readonly #before: number;
  #isCut = false;

  constructor(
    first: Uint8Array,
    parts: AsyncGenerator<Uint8Array>,
    frames: ZstdFrames,
    offers: RestartOffers | undefined,
  ) {
    this.#first = first;
    this.#parts = parts;
    this.#frames = frames;
    this.#offers = offers;
    this.#before = frames.given - first.length;
  }

  /** Copies, as they are taken later, by another thread: the source may use its memory again by then. */
  async next(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return Buffer.from(first);
    this.#isCut = this.#offers?.isDue === true && this.#frames.isAtFrameEnd;
    if (this.#isCut) return undefined;
    const next = await this.#parts.next();
    return next.done === true ? undefined : Buffer.from(next.value);
  }

  passed(bytes: number): void {
    this.#offers?.passed(bytes);
  }

  /** All came out. */
  end(): void {
    if (this.#isCut) this.#offers?.give(this.#frames.taken, () => NO_STATE);
  }

  /** Where in the data as stored it is, when the decoder has taken so many bytes. */
  stored(taken: number): number {
    return this.#before + taken + this.#frames.omitted;
  }
}

const NO_STATE = new Uint8Array(0);

function newEngine(maxDecoderBytes: number): ZstdDecompress {
  if (typeof createZstdDecompress !== "function")
    throw new SluiceError("COMPRESSION_UNSUPPORTED", "zstd data: this version of Node can't decode it (22.15 can)");
  const windowLog = Math.min(Math.ceil(Math.log2(maxDecoderBytes)), MAX_WINDOW_LOG);
  const params = { [constants.ZSTD_d_windowLogMax]: Math.max(windowLog, USUAL_WINDOW_LOG) };
  return createZstdDecompress({ chunkSize: CHUNK_BYTES, params });
}

async function* partsOf(chunks: AsyncIterable<Uint8Array>, frames: ZstdFrames): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield* frames.cut(chunk);
  frames.end();
}
