import { instantiate, sharedKernel } from "../bytes/wasm.ts";
import type { FrameBlock } from "./frame.ts";
import { type FrameExports, type KernelFrames, kernelFrames } from "./kernel-frames.ts";
import { WASM } from "./line-kernel-wasm.ts";

const LF = 0x0a;

interface Exports extends FrameExports {
  readonly max_lines: () => number;
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
  readonly #block: KernelFrames["block"];

  constructor() {
    const exports = instantiate<Exports>(WASM);
    const { input, block } = kernelFrames(exports, exports.max_lines());
    this.#exports = exports;
    this.#input = input;
    this.#block = block;
    // One byte is kept for the line feed that scan wants at the end.
    this.capacity = input.length - 1;
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
