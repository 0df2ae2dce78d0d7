import { type ErrorCode, SluiceError } from "../errors.ts";
import type { TakeBlock } from "./frame.ts";
import { FrameList } from "./frame-list.ts";
import { Cutter, type FrameLimit, OpenFrame, type Oversized } from "./oversize.ts";

export interface FramerOptions extends FrameLimit {
  /** Position of the first byte. */
  readonly start?: number | undefined;
}

const NO_BYTES = new Uint8Array(0);

/** Frames of chunk after chunk, of which one may begin in one chunk and end in another; what is too large is cut. */
export class ChunkFrames {
  readonly #cutter: Cutter;
  readonly #frames = new FrameList();
  readonly #open: OpenFrame;
  #chunk: Uint8Array = NO_BYTES;
  #base: number;
  /** Where the frame under way begins in the chunk; 0 when it began before. */
  #from = 0;
  #skipped = 0;

  /** `usual`: what becomes of frames that are too large when the options don't say. `what`: a frame in words. */
  constructor(options: FramerOptions | undefined, usual: Oversized, what: string) {
    this.#cutter = new Cutter(options, usual, what);
    this.#open = new OpenFrame(this.#cutter);
    this.#base = options?.start ?? 0;
  }

  /** Largest frame. */
  get max(): number {
    return this.#cutter.max;
  }

  /** A frame goes on from the chunk before. */
  get isOpen(): boolean {
    return this.#open.isOpen;
  }

  /** Position of the chunk. */
  get base(): number {
    return this.#base;
  }

  /** Reads the next chunk. What was found in it is given out in any case, even when reading fails. */
  read(chunk: Uint8Array, take: TakeBlock, work: (chunk: Uint8Array, take: TakeBlock) => void): void {
    this.#chunk = chunk;
    this.#from = 0;
    try {
      work(chunk, take);
    } finally {
      this.give(take);
    }
    this.#base += chunk.length;
    this.#chunk = NO_BYTES;
  }

  /** A frame begins at `at`. */
  begin(at: number): void {
    this.#from = at;
  }

  /** The frame under way ends before `to`, but for `trim` bytes that are no content. One without content is skipped. */
  close(to: number, take: TakeBlock, trim = 0): void {
    const end = to - trim;
    if (this.#open.isOpen) {
      this.#open.add(this.#chunk, 0, to, take, trim);
      if (!this.#open.isCut && this.#open.bytes.length === trim) this.#skipped += 1;
      this.#open.close(take, trim);
    } else if (end - this.#from > this.#cutter.max) {
      this.give(take);
      this.#cutter.whole(this.#chunk, this.#base, this.#from, end, take);
    } else if (end > this.#from) this.#frames.add(this.#from, end);
    else this.#skipped += 1;
    this.#from = to;
  }

  /** The frame under way goes on in the next chunk. `pending`: how many bytes at the end may turn out to be no content. */
  keep(take: TakeBlock, pending = 0): void {
    if (!this.#open.isOpen) {
      if (this.#from === this.#chunk.length) return;
      this.give(take);
      this.#open.open(this.#base + this.#from);
    }
    this.#open.add(this.#chunk, this.#from, this.#chunk.length, take, pending);
    this.#from = 0;
  }

  /** There is no more: the frame under way, if there is one, ends here. */
  end(take: TakeBlock, trim = 0): void {
    if (this.#open.isOpen) this.close(0, take, trim);
    this.give(take);
  }

  /** Gives out what was found so far. */
  give(take: TakeBlock): void {
    const { count, from, to } = this.#frames;
    const skipped = this.#skipped;
    if (count === 0 && skipped === 0) return;
    this.#frames.count = 0;
    this.#skipped = 0;
    take({ bytes: this.#chunk, base: this.#base, count, from, to, skipped });
  }

  error(code: ErrorCode, at: number, problem: string): SluiceError {
    return new SluiceError(code, `${problem} (at decoded byte ${this.#base + at})`);
  }
}
