import { ChunkFrames, type FramerOptions } from "./chunk-frames.ts";
import type { TakeBlock } from "./frame.ts";
import { type JsonKernel, jsonKernel } from "./json-kernel.ts";
import { BROKEN, JsonSkipper, UNFINISHED } from "./json-skip.ts";

export interface JsonOptions extends FramerOptions {
  /** Does without WebAssembly: slower, the same frames. */
  readonly kernel?: null;
}

/**
 * JSON values that are frames, whatever stands around them: by the kernel where it can, else one by one, over as many
 * chunks as they take. One that is too large is refused, unless told otherwise.
 */
export class JsonElements {
  readonly frames: ChunkFrames;
  /** Finds the end of the value under way; says what is wrong with one that is BROKEN. */
  readonly skipper: JsonSkipper = new JsonSkipper();
  readonly #commas: 0 | 1;
  readonly #kernel: JsonKernel | undefined;
  /** Bytes that the kernel is given at once. */
  readonly #window: number;
  #loadedFrom = 0;
  #loadedTo = 0;

  /** `commas`: how many stand between two values. */
  constructor(options: JsonOptions | undefined, commas: 0 | 1) {
    this.frames = new ChunkFrames(options, "reject", "a JSON value");
    this.#commas = commas;
    this.#kernel = options?.kernel === null ? undefined : jsonKernel();
    this.#window = Math.min(this.#kernel?.capacity ?? 0, this.frames.max);
  }

  /** The kernel holds nothing of the next chunk. */
  enter(): void {
    this.#loadedTo = 0;
  }

  /** Objects that follow each other, the first at `at`: gives where the last one ends, or `at` when they are to be taken one by one. */
  several(chunk: Uint8Array, at: number, take: TakeBlock): number {
    if (this.#kernel === undefined) return at;
    if (at >= this.#loadedTo) {
      this.#loadedFrom = at;
      this.#loadedTo = Math.min(at + this.#window, chunk.length);
      this.#kernel.load(chunk.subarray(at, this.#loadedTo));
    }
    this.frames.give(take);
    const from = this.#loadedFrom;
    const { block, consumed } = this.#kernel.scan(at - from, this.frames.base + from, this.#commas);
    if (block.count === 0) return at;
    take(block);
    return from + consumed;
  }

  /** A value begins at `at`, with this byte. False when none does. */
  begin(byte: number, at: number): boolean {
    this.frames.begin(at);
    return this.skipper.begin(byte);
  }

  /** The value under way, from `at` on: gives where it ends, UNFINISHED or BROKEN. */
  value(chunk: Uint8Array, at: number, take: TakeBlock): number {
    const end = this.skipper.skip(chunk, at);
    if (end === UNFINISHED) this.frames.keep(take);
    else if (end !== BROKEN) this.frames.close(end, take);
    return end;
  }
}
