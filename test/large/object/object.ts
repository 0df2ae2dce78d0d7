/** An object that is nowhere: any part of it is made when it is asked for. */
export interface LargeObject {
  readonly name: string;
  readonly size: number;
  readonly etag: string;
  /** The bytes `[start, end)`. */
  read(start: number, end: number): Buffer;
}

/** What an object consists of, one piece after the other. */
export interface Pieces {
  readonly count: number;
  /** Where piece `i` begins; of `count`: the object's size. */
  offset(i: number): number;
  piece(i: number): Buffer;
}

export function objectOf(name: string, etag: string, pieces: Pieces): LargeObject {
  const size = pieces.offset(pieces.count);
  return {
    name,
    size,
    etag,
    read: (start, end) => {
      const bytes = Buffer.alloc(Math.min(end, size) - start);
      for (let i = pieceAt(pieces, start); i < pieces.count && pieces.offset(i) < end; i++)
        copyInto(bytes, pieces.piece(i), pieces.offset(i) - start);
      return bytes;
    },
  };
}

function pieceAt({ count, offset }: Pieces, position: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (offset(middle) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `at` may lie before the target's beginning. */
function copyInto(target: Buffer, source: Buffer, at: number): void {
  source.copy(target, Math.max(0, at), Math.max(0, -at));
}
