/** Frames of one piece of decoded bytes, as parallel arrays. Valid until the framer's next call. */
export interface FrameBlock {
  readonly bytes: Uint8Array;
  /** Position of `bytes[0]` in the decoded object. */
  readonly base: number;
  readonly count: number;
  /** Frame `i` is `bytes[from[i], to[i])`, terminator excluded. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Blank frames passed over in this piece. */
  readonly skipped: number;
}

/** Bytes → frames. Positions are byte offsets in the decoded object, whatever the chunks are. */
export interface Framer {
  /** Takes the next chunk, which must not change afterwards. */
  push(chunk: Uint8Array): readonly FrameBlock[];
  /** What was left without a terminator. */
  end(): readonly FrameBlock[];
}
