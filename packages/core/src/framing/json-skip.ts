/** Objects and arrays in each other, at most. */
export const MAX_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export const UNFINISHED = -1;
export const BROKEN = -2;

/**
 * Finds where a JSON value ends, over as many pieces of bytes as it takes. Only strings and the pairs of brackets are
 * looked at: what else an object holds is for whoever reads it.
 */
export class JsonSkipper {
  /** What is wrong when BROKEN was given, and where in the piece. */
  problem = "";
  problemAt = 0;
  readonly #open = new Uint8Array(MAX_DEPTH);
  #depth = 0;
  #inString = false;
  #escape = false;
  #scalar = false;

  /** A value begins with this byte, which comes first in the piece to be skipped. False when no value does. */
  begin(first: number): boolean {
    this.#depth = 0;
    this.#inString = false;
    this.#escape = false;
    this.#scalar = isScalar(first);
    return this.#scalar || first === QUOTE || first === OPEN_BRACE || first === OPEN_BRACKET;
  }

  /** Position behind the value, UNFINISHED when it goes on in the next piece, or BROKEN. */
  skip(bytes: Uint8Array, from: number): number {
    if (this.#scalar) return skipScalar(bytes, from);
    const end = bytes.length;
    let at = from;
    while (at < end) {
      if (this.#inString) {
        at = this.#string(bytes, at);
        if (this.#inString) return UNFINISHED;
        if (this.#depth === 0) return at;
        continue;
      }
      const byte = bytes[at] as number;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#depth === MAX_DEPTH) return this.#broken(`nested deeper than ${MAX_DEPTH} levels`, at);
        this.#open[this.#depth++] = byte;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        // A bracket is two before the one that closes it.
        const expected = (this.#open[--this.#depth] as number) + 2;
        if (byte !== expected) return this.#broken(`expected ${String.fromCharCode(expected)}`, at);
        if (this.#depth === 0) return at + 1;
      } else if (byte === BACKSLASH) return this.#broken("a backslash outside of any string", at);
      at += 1;
    }
    return UNFINISHED;
  }

  /** On to behind the closing quote, or to the end of the piece. */
  #string(bytes: Uint8Array, from: number): number {
    const end = bytes.length;
    let at = from;
    if (this.#escape && at < end) {
      this.#escape = false;
      at += 1;
    }
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.#inString = false;
        return at + 1;
      }
      if (byte === BACKSLASH && ++at === end) this.#escape = true;
    }
    return end;
  }

  #broken(problem: string, at: number): number {
    this.problem = problem;
    this.problemAt = at;
    return BROKEN;
  }
}

function skipScalar(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) if (!isScalar(bytes[at] as number)) return at;
  return UNFINISHED;
}

/** Of numbers, `true`, `false` and `null`. */
function isScalar(byte: number): boolean {
  const letter = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (letter >= 0x61 && letter <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e
  );
}
