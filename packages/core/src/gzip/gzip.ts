import { Buffer } from "node:buffer";
import { crc32, gzipSync } from "node:zlib";
import { instantiate, sharedKernel } from "../bytes/wasm.ts";
import { WASM } from "./deflate-wasm.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly input_capacity: () => number;
  readonly output: () => number;
  readonly output_capacity: () => number;
  readonly piece_bound: () => number;
  readonly state: () => number;
  readonly state_size: () => number;
  readonly window_size: () => number;
  readonly start: (thorough: number) => void;
  readonly compress: (size: number, last: number) => number;
  readonly drain: () => void;
}

/** zlib makes its output in pieces of this size; its own 16 KiB means many to join. */
const CHUNK_BYTES = 256 * 1024;

const HEADER_SIZE = 10;
const TRAILER_SIZE = 8;

/** Up to this level the kernel compresses: fast at 1, thoroughly beyond. */
const MAX_KERNEL_LEVEL = 6;

/** RFC 1952, 2.3: deflate, no flags, no time, how hard was tried, and no word on the operating system. */
export function gzipHeader(level: number): Uint8Array {
  const effort = level === 1 ? 4 : level === 9 ? 2 : 0;
  return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort, 255]);
}

/** What goes from one piece to the next: the kernel's own state, and the bytes that matches reach back to. */
interface DeflateState {
  readonly state: Uint8Array;
  readonly window: Uint8Array;
}

/** Deflate in WebAssembly, in memory of a fixed size (deflate.c says what it promises). */
export class DeflateKernel {
  readonly #exports: Exports;
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  readonly #state: Uint8Array;
  readonly #window: Uint8Array;

  constructor() {
    this.#exports = instantiate<Exports>(WASM);
    const { memory, input, input_capacity, output, output_capacity, state, state_size, window_size } = this.#exports;
    this.#input = new Uint8Array(memory.buffer, input(), input_capacity());
    this.#output = new Uint8Array(memory.buffer, output(), output_capacity());
    this.#state = new Uint8Array(memory.buffer, state(), state_size());
    this.#window = new Uint8Array(memory.buffer, input() - window_size(), window_size());
  }

  /** The state before the first piece. */
  begin(level: number): DeflateState {
    this.#exports.start(effort(level));
    return { state: this.#state.slice(), window: this.#window.slice() };
  }

  /**
   * Deflates what follows the pieces that `at` has seen, and moves `at` on. Pieces are multiples of 128 KiB, at most
   * 512 KiB, but for the last. What is returned is valid until the kernel is used again.
   */
  piece(at: DeflateState, bytes: Uint8Array, last: boolean): Uint8Array {
    const { compress, drain } = this.#exports;
    this.#state.set(at.state);
    this.#window.set(at.window);
    const capacity = this.#input.length;
    let size = 0;
    let from = 0;
    do {
      const part = bytes.subarray(from, from + capacity);
      from += part.length;
      this.#input.set(part);
      size = compress(part.length, last && from === bytes.length ? 1 : 0);
    } while (from < bytes.length);
    drain();
    at.state.set(this.#state);
    at.window.set(this.#window);
    return this.#output.subarray(0, size);
  }

  gzip(bytes: Uint8Array, level: number): Buffer {
    const { start, compress, drain, piece_bound } = this.#exports;
    const capacity = this.#input.length;
    const full = this.#output.length - piece_bound();
    // Output taken before the end, to make room for more: none, for most bodies.
    const parts: Uint8Array[] = [];
    let done = 0;
    let from = 0;
    let size = 0;
    start(effort(level));
    for (let last = false; !last; ) {
      const piece = bytes.subarray(from, from + capacity);
      from += piece.length;
      last = from === bytes.length;
      this.#input.set(piece);
      size = compress(piece.length, last ? 1 : 0);
      if (size > full && !last) {
        parts.push(this.#output.slice(0, size));
        done += size;
        drain();
      }
    }

    const result = Buffer.allocUnsafeSlow(HEADER_SIZE + done + size + TRAILER_SIZE);
    result.set(gzipHeader(level));
    let at = HEADER_SIZE;
    for (const part of [...parts, this.#output.subarray(0, size)]) {
      result.set(part, at);
      at += part.length;
    }
    at = result.writeUInt32LE(crc32(bytes), at);
    result.writeUInt32LE(bytes.length % 2 ** 32, at);
    return result;
  }
}

function effort(level: number): number {
  return level === 1 ? 0 : 1;
}

const kernel = sharedKernel(() => new DeflateKernel());

/** Undefined for levels that are zlib's, and without WebAssembly's SIMD. */
export function deflateKernel(level: number): DeflateKernel | undefined {
  return level <= MAX_KERNEL_LEVEL ? kernel() : undefined;
}

/**
 * One gzip member of `bytes`, at once. Levels 1 to 6 are the kernel's: for documents that are alike level 1 is a little
 * smaller than zlib's, in half the time or less; 2 to 6 are all the same, as small as zlib's 6 in two thirds of its time.
 * 7 to 9, and all of them without WebAssembly's SIMD, are zlib's. The same bytes give the same member, whatever came
 * before. What is returned is the caller's to keep.
 */
export function gzip(bytes: Uint8Array, level: number): Buffer {
  return deflateKernel(level)?.gzip(bytes, level) ?? gzipSync(bytes, { level, chunkSize: CHUNK_BYTES });
}
