import { instantiate, sharedKernel } from "../bytes/wasm.ts";
import type { FrameBlock } from "./frame.ts";
import { WASM } from "./line-kernel-wasm.ts";

const LF = 0x0a;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly escaped: () => number;
  readonly from: () => number;
  readonly to: () => number;
  readonly escaped_from: () => number;
  readonly escaped_to: () => number;
  readonly quotes: () => number;
  readonly input_capacity: () => number;
  readonly max_lines: () => number;
  readonly consumed: () => number;
  readonly skipped: () => number;
  readonly scan: (size: number) => number;
}

/**
 * Finds lines and escapes them for JSON in one pass, in WebAssembly (line-kernel.c says what it promises). One for the
 * process: a block is used up before the next scan, so items share it.
 */
export class LineKernel {
  /** Bytes that one scan can take. */
  readonly capacity: number;
  readonly #exports: Exports;
  readonly #input: Uint8Array;
  readonly #block: Pick<FrameBlock, "from" | "to"> & { readonly escaped: NonNullable<FrameBlock["escaped"]> };

  constructor() {
    const exports = instantiate<Exports>(WASM);
    const { buffer } = exports.memory;
    const lines = (address: number): Int32Array => new Int32Array(buffer, address, exports.max_lines());
    // One byte is kept for the line feed that scan wants at the end.
    this.capacity = exports.input_capacity() - 1;
    this.#exports = exports;
    this.#input = new Uint8Array(buffer, exports.input(), exports.input_capacity());
    this.#block = {
      from: lines(exports.from()),
      to: lines(exports.to()),
      escaped: {
        bytes: new Uint8Array(buffer, exports.escaped()),
        from: lines(exports.escaped_from()),
        to: lines(exports.escaped_to()),
        quotes: lines(exports.quotes()),
      },
    };
  }

  /** The first lines of `bytes`, at most `capacity` bytes of whole ones (the last may lack its end); `consumed` is where the rest begins. */
  scan(bytes: Uint8Array, base: number): { readonly block: FrameBlock; readonly consumed: number } {
    this.#input.set(bytes);
    const unended = bytes[bytes.length - 1] !== LF;
    if (unended) this.#input[bytes.length] = LF;
    const count = this.#exports.scan(bytes.length + (unended ? 1 : 0));
    const block = { ...this.#block, bytes, base, count, skipped: this.#exports.skipped() };
    return { block, consumed: Math.min(this.#exports.consumed(), bytes.length) };
  }
}

/** Undefined where WebAssembly or its SIMD isn't to be had. */
export const lineKernel: () => LineKernel | undefined = sharedKernel(() => new LineKernel());
