import type { LogText } from "./store.ts";

/** Characters put together before they are handed on. */
const PIECE_CHARS = 256 * 1024;

export interface Shape {
  /** Ends once so many bytes are reached … */
  readonly bytes?: number;
  /** … or so many records. */
  readonly records?: number;
  readonly head?: string;
  readonly separator?: string;
  readonly tail?: string;
}

/** Records of a log, one after another. `next` gives each with what ends it. */
export function logText(next: () => string, shape: Shape): LogText {
  const { bytes = Number.POSITIVE_INFINITY, records: most = Number.POSITIVE_INFINITY } = shape;
  let rawBytes = 0;
  let records = 0;
  const sized = (text: string): string => {
    rawBytes += Buffer.byteLength(text);
    return text;
  };
  function* pieces(): Generator<string> {
    let piece = sized(shape.head ?? "");
    while (rawBytes < bytes && records < most) {
      piece += sized(`${records === 0 ? "" : (shape.separator ?? "")}${next()}`);
      records += 1;
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = "";
    }
    yield piece + sized(shape.tail ?? "");
  }
  return { pieces: pieces(), counted: () => ({ records, rawBytes }) };
}
