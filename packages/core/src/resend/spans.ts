/** A part of an object, in decoded bytes or rows. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Parts of an object, found by where they lie. An empty one lies at its start. */
export class Spans<T extends Span> {
  /** By their starts. */
  readonly #all: readonly T[];
  /** How far the spans up to each one reach. */
  readonly #reach: Float64Array;

  constructor(spans: readonly T[]) {
    this.#all = spans.toSorted((a, b) => a.start - b.start);
    this.#reach = new Float64Array(spans.length);
    let reach = 0;
    for (const [i, span] of this.#all.entries()) {
      reach = Math.max(reach, endOf(span));
      this.#reach[i] = reach;
    }
  }

  /** Where the last of them ends. */
  get end(): number {
    return this.#reach.at(-1) ?? 0;
  }

  /** Those that have something of `[start, end)`, the last first. */
  at(start: number, end: number): readonly T[] {
    let i = this.#countBefore(Math.max(end, start + 1));
    if (i === 0 || (this.#reach[i - 1] as number) <= start) return NONE;
    const found: T[] = [];
    for (; i > 0 && (this.#reach[i - 1] as number) > start; i--) {
      const span = this.#all[i - 1] as T;
      if (endOf(span) > start) found.push(span);
    }
    return found;
  }

  /** How many begin before the position. */
  #countBefore(position: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#all[middle] as T).start < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NONE: readonly never[] = [];

function endOf({ start, end }: Span): number {
  return Math.max(end, start + 1);
}
