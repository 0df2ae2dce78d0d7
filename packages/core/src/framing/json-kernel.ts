import { instantiate, sharedKernel } from "../bytes/wasm.ts";
import type { FrameBlock } from "./frame.ts";
import { WASM } from "./json-kernel-wasm.ts";
import { type FrameExports, type KernelFrames, kernelFrames } from "./kernel-frames.ts";

interface Exports extends FrameExports {
  readonly max_elements: () => number;
  readonly scan: (at: number, size: number, commas: number) => number;
}

/**
 * Finds the objects in a JSON array or sequence and escapes them for JSON in one pass, in WebAssembly (json-kernel.c says what it
 * promises). One for the process: blocks are used up before the next scan, and `load` comes before each push's first.
 */
export class JsonKernel {
  /** Bytes that can be loaded. */
  readonly capacity: number;
  readonly #exports: Exports;
  readonly #input: Uint8Array;
  readonly #block: KernelFrames["block"];
  #loaded: Uint8Array = new Uint8Array(0);

  constructor() {
    const exports = instantiate<Exports>(WASM);
    const { input, block } = kernelFrames(exports, exports.max_elements());
    this.#exports = exports;
    this.#input = input;
    this.#block = block;
    this.capacity = input.length;
  }

  /** At most `capacity` bytes. */
  load(bytes: Uint8Array): void {
    this.#input.set(bytes);
    this.#loaded = bytes;
  }

  /** The objects from the one that begins at `at` on, with `commas` between two; `consumed` is where the last whole one ends. */
  scan(at: number, base: number, commas: 0 | 1): { readonly block: FrameBlock; readonly consumed: number } {
    const bytes = this.#loaded;
    const count = this.#exports.scan(at, bytes.length, commas);
    return { block: { ...this.#block, bytes, base, count, skipped: 0 }, consumed: this.#exports.consumed() };
  }
}

/** Undefined where WebAssembly or its SIMD isn't to be had. */
export const jsonKernel: () => JsonKernel | undefined = sharedKernel(() => new JsonKernel());
