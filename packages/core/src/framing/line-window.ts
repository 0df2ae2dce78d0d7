import type { FrameBlock } from "./frame.ts";
import { type LineKernel, lineKernel } from "./line-kernel.ts";

const LF = 0x0a;

/** Whole lines of a chunk, as many at once as the kernel takes. */
export class LineWindow {
  readonly #kernel: LineKernel | undefined;
  readonly #size: number;

  /** `max`: longer lines aren't taken. `kernel: null`: none are. */
  constructor(max: number, kernel?: null) {
    this.#kernel = kernel === null ? undefined : lineKernel();
    this.#size = Math.min(this.#kernel?.capacity ?? 0, max);
  }

  /** False where there is no kernel. */
  get isThere(): boolean {
    return this.#size > 0;
  }

  /** Bytes that it takes at once. */
  get size(): number {
    return this.#size;
  }

  /** `chunk[at, end)` are whole lines: where the last one ends of those that can be taken at once. Not beyond `at` when the first is too long. */
  fitting(chunk: Uint8Array, at: number, end: number): number {
    return end - at <= this.#size ? end : chunk.lastIndexOf(LF, at + this.#size - 1) + 1;
  }

  /** The first lines of `bytes`, at most `size` bytes; `consumed` is where the rest begins. */
  scan(bytes: Uint8Array, base: number): { readonly block: FrameBlock; readonly consumed: number } {
    return (this.#kernel as LineKernel).scan(bytes, base);
  }
}
