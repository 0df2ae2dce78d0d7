/** The frames of a block as the insides of JSON strings, ready to be copied. Valid as long as the block. */
export interface EscapedFrames {
  readonly bytes: Uint8Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Double quotes in each frame, or -1 when it holds another byte that JSON escapes (a backslash, a control character). */
  readonly quotes: Int32Array;
}

/** Frames of one piece of decoded bytes, as parallel arrays. Valid only during the call that it is passed to. */
export interface FrameBlock {
  readonly bytes: Uint8Array;
  /** Position of `bytes[0]` in the decoded object; no frame of this or a later block has a lower one. */
  readonly base: number;
  readonly count: number;
  /** Frame `i` is `bytes[from[i], to[i])`, terminator excluded. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Frame `i` has the position `start[i]-end[i]` where that isn't `base + from[i]` and `base + to[i]`: both are there, or none. */
  readonly start?: Float64Array | undefined;
  readonly end?: Float64Array | undefined;
  /** Blank frames passed over in this piece. */
  readonly skipped: number;
  /** These frames are no whole ones: pieces of, or the beginning of, one that was too large. */
  readonly cut?: "split" | "truncated" | undefined;
  /** There when it came for free. */
  readonly escaped?: EscapedFrames | undefined;
}

export type TakeBlock = (block: FrameBlock) => void;

/** Bytes → frames, handed over synchronously. Positions are byte offsets in the decoded object, whatever the chunks are. */
export interface Framer {
  /** Takes the next chunk, which may change afterwards: what goes on in the next one is copied. */
  push(chunk: Uint8Array, take: TakeBlock): void;
  /** What was left without a terminator. */
  end(take: TakeBlock): void;
}
