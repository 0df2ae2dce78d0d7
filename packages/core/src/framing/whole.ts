import { ChunkFrames, type FramerOptions } from "./chunk-frames.ts";
import type { Framer, TakeBlock } from "./frame.ts";

/** All of the content as one frame. What is too large is refused, unless told otherwise. */
export class WholeFramer implements Framer {
  readonly #frames: ChunkFrames;

  constructor(options?: FramerOptions) {
    this.#frames = new ChunkFrames(options, "reject", "the content");
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    this.#frames.read(chunk, take, () => this.#frames.keep(take));
  }

  end(take: TakeBlock): void {
    this.#frames.end(take);
  }
}
