import { Buffer } from "node:buffer";
import type { FrameBlock, TakeBlock } from "../framing/frame.ts";

const LF = Buffer.from("\n");

/** `take` for blocks whose positions count from `before` on. */
export function placedFrom(before: number, take: TakeBlock): TakeBlock {
  if (before === 0) return take;
  const moved = (all: Float64Array | undefined): Float64Array | undefined => all?.map((each) => each + before);
  return (block) => take({ ...block, base: block.base + before, start: moved(block.start), end: moved(block.end) });
}

/** Position at which frame `i` begins. */
export function startOf({ start, base, from }: FrameBlock, i: number): number {
  return start?.[i] ?? base + (from[i] as number);
}

/** How far a block of rows goes on. */
export function rowsIn({ base, count, end }: FrameBlock): number {
  return (end?.[count - 1] ?? base) - base;
}

/** The frames of blocks as lines. */
export async function* linesOf(blocks: AsyncIterable<FrameBlock>): AsyncGenerator<Uint8Array> {
  for await (const { bytes, count, from, to } of blocks)
    yield Buffer.concat(Array.from({ length: count }, (_, i) => [bytes.subarray(from[i], to[i]), LF]).flat());
}
