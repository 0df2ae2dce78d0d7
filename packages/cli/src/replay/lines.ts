import { Buffer } from "node:buffer";

/** Longest line that is taken; a longer one is told and left. Sinks take no record that is nearly as large. */
export const MAX_LINE_BYTES: number = 32 * 1024 * 1024;

const LF = 0x0a;

export interface Line {
  /** Undefined: longer than MAX_LINE_BYTES. */
  readonly text: string | undefined;
  /** Where it begins and ends in the file, its line end included. */
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly number: number;
}

/** Lines as they come, an array per chunk; holds no more than a line and a chunk. Blank lines are counted, and left out. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  start: { readonly offset: number; readonly line: number } = { offset: 0, line: 1 },
): AsyncGenerator<readonly Line[]> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let from = start.offset;
  let number = start.line;
  const lines: Line[] = [];
  const hold = (bytes: Uint8Array): void => {
    heldBytes += bytes.length;
    // What is too long is counted on, not kept.
    if (heldBytes > MAX_LINE_BYTES) held = [];
    else if (bytes.length > 0) held.push(Buffer.from(bytes));
  };
  const end = (lineEnd: number): void => {
    const to = from + heldBytes + lineEnd;
    const text = heldBytes > MAX_LINE_BYTES ? undefined : Buffer.concat(held).toString("utf8");
    if (text === undefined || text.trim() !== "") lines.push({ text, from, to, number });
    held = [];
    heldBytes = 0;
    from = to;
    number += 1;
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, at)) {
      hold(chunk.subarray(at, lf));
      end(1);
      at = lf + 1;
    }
    hold(chunk.subarray(at));
    yield lines.splice(0);
  }
  if (heldBytes > 0) end(0);
  yield lines;
}
