import { SluiceError } from "../errors.ts";
import type { FrameBlock, TakeBlock } from "./frame.ts";
import { HeldBytes } from "./held-bytes.ts";

/** Largest frame, in bytes. */
export const DEFAULT_MAX_FRAME_BYTES: number = 8 * 1024 * 1024;
/** Where what is larger is cut: a piece then fits in a sink's batch. */
export const DEFAULT_CUT_BYTES: number = 4 * 1024 * 1024;

/**
 * What becomes of a frame that is larger than that. `split`: frames of at most that size, cut between characters;
 * `truncate`: its beginning alone; both are marked. `reject`: FRAME_TOO_LARGE, after what came before it.
 */
export type Oversized = "split" | "truncate" | "reject";

export const OVERSIZED: readonly Oversized[] = ["split", "truncate", "reject"];

export interface FrameLimit {
  /** Default: DEFAULT_MAX_FRAME_BYTES, or DEFAULT_CUT_BYTES. */
  readonly maxFrameBytes?: number | undefined;
  /** Default: the framer's own. */
  readonly oversized?: Oversized | undefined;
}

/** Cuts frames that are too large, at the same places whatever the chunks are. */
export class Cutter {
  readonly max: number;
  readonly action: Oversized;
  readonly #what: string;

  /** `what`: the frame in words, for the error. */
  constructor(limit: FrameLimit | undefined, usual: Oversized, what: string) {
    this.action = limit?.oversized ?? usual;
    this.max = limit?.maxFrameBytes ?? (this.action === "reject" ? DEFAULT_MAX_FRAME_BYTES : DEFAULT_CUT_BYTES);
    this.#what = what;
  }

  /**
   * Gives out what may be of the frame `bytes[from, to)`, which is larger than `max` as far as it goes, and says where
   * what is left of it begins: at most `max` bytes, or none when the rest isn't wanted.
   */
  cut(bytes: Uint8Array, base: number, from: number, to: number, take: TakeBlock): number {
    if (this.action === "reject") {
      const problem = `${this.#what} is larger than ${this.max} bytes, the limit read.maxFrameBytes`;
      throw new SluiceError("FRAME_TOO_LARGE", `${problem} (at decoded byte ${base + from})`);
    }
    if (this.action === "truncate") {
      take(oneFrame(bytes, base, from, from + characterBoundary(bytes, from, this.max), "truncated"));
      return to;
    }
    let at = from;
    while (to - at > this.max) {
      const end = at + characterBoundary(bytes, at, this.max);
      take(oneFrame(bytes, base, at, end, "split"));
      at = end;
    }
    return at;
  }

  /** The same for one that is there to its end. */
  whole(bytes: Uint8Array, base: number, from: number, to: number, take: TakeBlock): void {
    const rest = this.cut(bytes, base, from, to, take);
    if (rest < to) take(oneFrame(bytes, base, rest, to, "split"));
  }
}

function oneFrame(
  bytes: Uint8Array,
  base: number,
  from: number,
  to: number,
  cut: FrameBlock["cut"] = undefined,
): FrameBlock {
  return { bytes, base, count: 1, from: Int32Array.of(from), to: Int32Array.of(to), skipped: 0, cut };
}

/** The largest size up to `max` that doesn't end within a UTF-8 sequence; `max` itself where there is none. */
function characterBoundary(bytes: Uint8Array, from: number, max: number): number {
  for (let size = max; size > 0 && size > max - 4; size--) if (!isContinuation(bytes[from + size])) return size;
  return max;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * A frame that goes on in the next chunk: copies of what came of it. What is too large is given out as it comes, so that
 * it never holds much more than the largest frame.
 */
export class OpenFrame {
  readonly #cutter: Cutter;
  readonly #held = new HeldBytes();
  #base = 0;
  #open = false;
  #cut = false;

  constructor(cutter: Cutter) {
    this.#cutter = cutter;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** A part of it was given out already. */
  get isCut(): boolean {
    return this.#cut;
  }

  /** Position of the first byte that is held. */
  get base(): number {
    return this.#base;
  }

  /** What is held of it. Valid until the next call. */
  get bytes(): Uint8Array {
    return this.#held.bytes;
  }

  /** A frame begins at this position of the decoded object. */
  open(position: number): void {
    this.#open = true;
    this.#base = position;
  }

  /** More of it: `bytes[from, to)`. `pending`: how many bytes at the end may turn out not to be of its content. */
  add(bytes: Uint8Array, from: number, to: number, take: TakeBlock, pending = 0): void {
    if (this.#cut && this.#cutter.action === "truncate") return;
    this.#held.add(bytes, from, to);
    this.#giveCut(this.#held.length - pending, take);
  }

  /** It has come whole, but for `trim` bytes at its end that are no content. Gives out what wasn't yet. */
  close(take: TakeBlock, trim = 0): void {
    this.#giveCut(this.#held.length - trim, take);
    const left = this.#held.length - trim;
    if (left > 0) take(oneFrame(this.bytes, this.#base, 0, left, this.#cut ? "split" : undefined));
    this.discard();
  }

  /** There is no frame under way any more. */
  discard(): void {
    this.#open = false;
    this.#cut = false;
    this.#held.clear();
  }

  /** Of `size` bytes of content what is more than a frame may have. */
  #giveCut(size: number, take: TakeBlock): void {
    if (size <= this.#cutter.max) return;
    const given = this.#cutter.cut(this.bytes, this.#base, 0, size, take);
    this.#cut = true;
    this.#base += given;
    if (this.#cutter.action === "truncate") this.#held.clear();
    else this.#held.drop(given);
  }
}
