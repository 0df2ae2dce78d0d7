import { Buffer } from "node:buffer";
import { constants, createZstdDecompress, type ZstdDecompress } from "node:zlib";
import { SluiceError } from "../errors.ts";
import type { RestartPoint } from "../ports/codec.ts";
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
  const frames = new ZstdFrames(maxDecoderBytes, restart.from?.stored);
  const parts = partsOf(chunks, frames);
  try {
    const first = await parts.next();
    // A decoder that gets nothing takes that for an end that comes too early.
    if (first.done === true) return;
    const engine = newEngine(maxDecoderBytes);
    yield* decoded(engine, frames, new FrameFeed(engine, first.value, parts, frames, restart));
  } finally {
    await parts.return(undefined);
  }
}

async function* decoded(engine: ZstdDecompress, frames: ZstdFrames, input: FrameFeed): AsyncGenerator<Uint8Array> {
  const feeding = feed(engine, input);
  // A failed read destroys the stream, which the loop below then sees; this only keeps it from being unhandled.
  feeding.catch(() => {});
  try {
    for await (const chunk of engine) {
      input.offer();
      const { length } = chunk as Uint8Array;
      yield chunk as Uint8Array;
      input.passed(length);
    }
    await feeding;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const known = typeof code === "string" && /^Z(?:STD)?_/.test(code);
    throw known ? dataError("zstd", code, engine.bytesWritten + frames.omitted, error) : error;
  } finally {
    engine.destroy();
  }
}

const NO_BYTES = new Uint8Array(0);

/** Hands over the parts of frames, and knows how much the frames before one came to. */
class FrameFeed implements Pieces {
  readonly #engine: ZstdDecompress;
  #first: Uint8Array | undefined;
  readonly #parts: AsyncGenerator<Uint8Array>;
  readonly #frames: ZstdFrames;
  readonly #offers: RestartOffers | undefined;
  /** Decoded bytes so far; fewer of them were given out. */
  #decoded: number;
  /** A frame's end, whose content isn't all given out yet. */
  #place: Omit<RestartPoint, "state"> | undefined;

  constructor(
    engine: ZstdDecompress,
    first: Uint8Array,
    parts: AsyncGenerator<Uint8Array>,
    frames: ZstdFrames,
    restart: RestartOptions,
  ) {
    this.#engine = engine;
    this.#first = first;
    this.#parts = parts;
    this.#frames = frames;
    this.#offers = RestartOffers.of(restart);
    this.#decoded = restart.from?.decoded ?? 0;
    if (this.#offers !== undefined) this.#count();
  }

  /** Copies, as they are taken later, by another thread: the source may use its memory again by then. */
  async next(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return Buffer.from(first);
    if (this.#offers?.isDue === true && this.#place === undefined && this.#frames.isAtFrameEnd) {
      // Called back when all before it is decoded: no chunk that comes out goes on beyond it.
      await new Promise((resolve) => this.#engine.write(NO_BYTES, resolve));
      this.#place = { stored: this.#frames.taken, decoded: this.#decoded };
    }
    const next = await this.#parts.next();
    return next.done === true ? undefined : Buffer.from(next.value);
  }

  /** To be called before a chunk is given out. */
  offer(): void {
    const offers = this.#offers;
    if (this.#place === undefined || offers === undefined || offers.decoded < this.#place.decoded) return;
    if (offers.decoded === this.#place.decoded) offers.give(this.#place.stored, () => NO_BYTES);
    this.#place = undefined;
  }

  passed(bytes: number): void {
    this.#offers?.passed(bytes);
  }

  #count(): void {
    const engine = this.#engine;
    const push = engine.push.bind(engine);
    engine.push = (chunk: Uint8Array | null): boolean => {
      this.#decoded += chunk?.length ?? 0;
      return push(chunk);
    };
  }
}

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
