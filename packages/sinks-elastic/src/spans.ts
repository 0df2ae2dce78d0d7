import { Buffer } from "node:buffer";

/** Bytes `[from(k), to(k))` of a text, for each `k` below `count`; ascending, and apart from each other. */
export interface Spans {
  readonly count: number;
  from(k: number): number;
  to(k: number): number;
}

const NO_BYTES = Buffer.alloc(0);

/** Calls `take` with each span of the text that comes in pieces. Its bytes are valid during the call; only one on a seam is copied. */
export function eachSpan(pieces: Iterable<Uint8Array>, spans: Spans, take: (bytes: Buffer, k: number) => void): void {
  let held = NO_BYTES;
  let at = 0;
  let k = 0;
  for (const { buffer, byteOffset, length } of pieces) {
    const piece = Buffer.from(buffer, byteOffset, length);
    const end = at + length;
    for (; k < spans.count && spans.to(k) <= end; k++) {
      const rest = piece.subarray(Math.max(spans.from(k) - at, 0), spans.to(k) - at);
      take(held.length === 0 ? rest : Buffer.concat([held, rest]), k);
      held = NO_BYTES;
    }
    if (k < spans.count && spans.from(k) < end)
      held = Buffer.concat([held, piece.subarray(Math.max(spans.from(k) - at, 0))]);
    at = end;
  }
}
