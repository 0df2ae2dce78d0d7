import { Buffer } from "node:buffer";
import { SluiceError } from "../errors.ts";

// The format: RFC 8878. Node's decoder stops where a frame ends, when more follows in the same write, and says nothing.

const MAGIC_BYTES = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const MAGIC = MAGIC_BYTES.readUInt32LE();
const SKIPPABLE = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;

/** Bytes of a dictionary's number and of the size of the content, by their flags. */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const CONTENT_BYTES = [0, 2, 4, 8] as const;
const MAX_HEADER_BYTES = 18;
const SINGLE_SEGMENT = 1 << 5;
const RESERVED = 1 << 3;
const CHECKSUM = 1 << 2;

const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** What comes next; what is OUTSIDE of frames is not for the decoder. */
type State = "magic" | "skip size" | "skip" | "padding" | "descriptor" | "header" | "block" | "content" | "checksum";
const OUTSIDE: ReadonlySet<State> = new Set(["magic", "skip size", "skip", "padding"]);

export function isZstd(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = Buffer.from(head.buffer, head.byteOffset, 4).readUInt32LE();
  return magic === MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE;
}

/**
 * Cuts zstd data at the ends of its frames, leaves out those that are to be skipped, and knows where it may end. Fails with
 * OBJECT_CORRUPT, OBJECT_TRUNCATED, with COMPRESSION_UNSUPPORTED where a dictionary is needed, and with EXPANSION_LIMIT
 * for a window beyond `maxDecoderBytes`.
 */
export class ZstdFrames {
  readonly #maxWindow: number;
  #state: State = "magic";
  /** Bytes to come of what is collected in `#small`, or else passed over. */
  #left = 4;
  readonly #small: Buffer = Buffer.alloc(MAX_HEADER_BYTES);
  #collected = 0;
  #last = false;
  #checksum = false;
  #taken = 0;
  #given = 0;

  /** `stored`: bytes before the first one to come, which begins a frame or is padding. */
  constructor(maxDecoderBytes: number, stored = 0) {
    this.#maxWindow = maxDecoderBytes;
    this.#taken = stored;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Bytes taken, and those before, that weren't given out. */
  get omitted(): number {
    return this.#taken - this.#given;
  }

  /** Whether what was given out last is the end of a frame. */
  get isAtFrameEnd(): boolean {
    return this.#state === "magic" && this.#collected === 0;
  }

  /** The parts of `chunk` that are for the decoder, none of which goes on beyond a frame's end. */
  *cut(chunk: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      const was = OUTSIDE.has(this.#state);
      at += this.#step(chunk, at);
      const outside = OUTSIDE.has(this.#state);
      if (was && !outside && at >= 4) from = at - 4;
      else if (was && !outside) {
        yield this.#give(MAGIC_BYTES);
        from = at;
      } else if (!was && outside) yield this.#give(chunk.subarray(from, at));
    }
    if (!OUTSIDE.has(this.#state) && from < chunk.length) yield this.#give(chunk.subarray(from));
  }

  /** There is no more to come. */
  end(): void {
    if (this.#state === "padding") return;
    if (this.#state === "magic" && this.#small.subarray(0, this.#collected).every((byte) => byte === 0)) return;
    throw new SluiceError("OBJECT_TRUNCATED", `zstd data ends too early, after ${this.#taken} compressed bytes`);
  }

  #give(part: Uint8Array): Uint8Array {
    this.#given += part.length;
    return part;
  }

  /** Takes some bytes; gives how many. */
  #step(chunk: Uint8Array, at: number): number {
    if (this.#state === "padding") return this.#padding(chunk, at);
    const used = Math.min(this.#left, chunk.length - at);
    if (this.#state !== "content" && this.#state !== "skip" && this.#state !== "checksum") {
      this.#small.set(chunk.subarray(at, at + used), this.#collected);
      this.#collected += used;
    }
    this.#left -= used;
    this.#taken += used;
    if (this.#left === 0) this.#next();
    return used;
  }

  #padding(chunk: Uint8Array, at: number): number {
    for (let i = at; i < chunk.length; i++) if (chunk[i] !== 0) throw this.#corrupt("something else behind its end");
    this.#taken += chunk.length - at;
    return chunk.length - at;
  }

  #next(): void {
    const small = this.#small;
    if (this.#state === "magic") this.#afterMagic(small.readUInt32LE());
    else if (this.#state === "skip size") this.#expect("skip", small.readUInt32LE());
    else if (this.#state === "descriptor") this.#afterDescriptor(small[0] as number);
    else if (this.#state === "header") this.#afterHeader();
    else if (this.#state === "block") this.#afterBlockHeader(small.readUIntLE(0, 3));
    else if (this.#state === "content" && !this.#last) this.#expect("block", 3);
    else if (this.#state === "content" && this.#checksum) this.#expect("checksum", 4);
    else this.#expect("magic", 4);
  }

  /** A header goes on behind its first byte, so that is kept. */
  #expect(state: State, left: number): void {
    this.#state = state;
    this.#left = left;
    this.#collected = state === "header" ? 1 : 0;
    if (left === 0) this.#next();
  }

  #afterMagic(magic: number): void {
    if (magic === MAGIC) this.#expect("descriptor", 1);
    else if (isSkippable(magic)) this.#expect("skip size", 4);
    else if (magic === 0) this.#state = "padding";
    else throw this.#corrupt("something else behind its end");
  }

  #afterDescriptor(descriptor: number): void {
    if ((descriptor & RESERVED) !== 0) throw this.#corrupt("a reserved bit in a frame's header");
    this.#checksum = (descriptor & CHECKSUM) !== 0;
    const single = (descriptor & SINGLE_SEGMENT) !== 0;
    const content = contentBytes(descriptor);
    this.#expect("header", (single ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] as number) + content);
  }

  #afterHeader(): void {
    const small = this.#small;
    const descriptor = small[0] as number;
    const single = (descriptor & SINGLE_SEGMENT) !== 0;
    const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3] as number;
    const dictionaryAt = single ? 1 : 2;
    if (dictionaryBytes > 0 && small.readUIntLE(dictionaryAt, dictionaryBytes) !== 0)
      throw new SluiceError("COMPRESSION_UNSUPPORTED", "zstd data that needs a dictionary");
    const size = contentSize(small, dictionaryAt + dictionaryBytes, contentBytes(descriptor));
    const window = single ? size : windowSize(small[1] as number);
    if (window > this.#maxWindow)
      throw new SluiceError(
        "EXPANSION_LIMIT",
        `zstd data with a window of ${window} bytes, beyond maxDecoderBytes (${this.#maxWindow} bytes)`,
      );
    this.#expect("block", 3);
  }

  #afterBlockHeader(header: number): void {
    const kind = (header >> 1) & 3;
    if (kind === RESERVED_BLOCK) throw this.#corrupt("a block of no known kind");
    this.#last = (header & 1) === 1;
    this.#expect("content", kind === RLE_BLOCK ? 1 : header >> 3);
  }

  #corrupt(what: string): SluiceError {
    return new SluiceError("OBJECT_CORRUPT", `zstd data is damaged (${what}), after ${this.#taken} compressed bytes`);
  }
}

/** The size is there for short contents too, in one byte, when they are one segment. */
function contentBytes(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 && (descriptor & SINGLE_SEGMENT) !== 0 ? 1 : (CONTENT_BYTES[flag] as number);
}

function contentSize(bytes: Buffer, at: number, size: number): number {
  if (size === 8) return Number(bytes.readBigUInt64LE(at));
  return size === 0 ? 0 : bytes.readUIntLE(at, size);
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
