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
  readonly start: () => void;
  readonly compress: (size: number, last: number) => number;
  readonly drain: () => void;
}

/** RFC 1952, 2.3: deflate, no flags, no time, "fastest", and no word on the operating system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
const TRAILER_SIZE = 8;

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
  begin(): DeflateState {
    this.#exports.start();
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

  gzip(bytes: Uint8Array): Buffer {
    const { start, compress, drain, piece_bound } = this.#exports;
    const capacity = this.#input.length;
    const full = this.#output.length - piece_bound();
    // Output taken before the end, to make room for more: none, for most bodies.
    const parts: Uint8Array[] = [];
    let done = 0;
    let from = 0;
    let size = 0;
    start();
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

    const result = Buffer.allocUnsafeSlow(HEADER.length + done + size + TRAILER_SIZE);
    result.set(HEADER);
    let at = HEADER.length;
    for (const part of [...parts, this.#output.subarray(0, size)]) {
      result.set(part, at);
      at += part.length;
    }
    at = result.writeUInt32LE(crc32(bytes), at);
    result.writeUInt32LE(bytes.length % 2 ** 32, at);
    return result;
  }
}

/** Undefined without WebAssembly's SIMD. */
export const deflateKernel: () => DeflateKernel | undefined = sharedKernel(() => new DeflateKernel());

/**
 * One gzip member of `bytes`. For documents that are alike it is a little smaller than zlib's of level 1, and made in half
 * the time or less; without WebAssembly's SIMD it is zlib's. The same bytes give the same member, whatever came before.
 * What is returned is the caller's to keep.
 */
export function gzipFast(bytes: Uint8Array): Uint8Array {
  return deflateKernel()?.gzip(bytes) ?? gzipSync(bytes, { level: 1 });
}
