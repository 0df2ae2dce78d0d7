/** JSON type of a leaf: `keywords` is a comma-separated list that becomes an array of strings. */
export type LeafType = "keyword" | "long" | "double" | "keywords";

export interface Leaf {
  /** ECS name, dotted. */
  readonly path: string;
  readonly type: LeafType;
}

/** The static part of a line format: which fields it gives, by number. Values are bytes of the line, so nothing is built per record. */
export class Layout {
  readonly leaves: readonly Leaf[];
  readonly #index: ReadonlyMap<string, number>;

  constructor(fields: Readonly<Record<string, LeafType>>) {
    this.leaves = Object.entries(fields).map(([path, type]) => ({ path, type }));
    this.#index = new Map(this.leaves.map((leaf, i) => [leaf.path, i]));
  }

  /** Number of the field, for parsers that set values; -1 when the layout has none of that name. */
  slot(path: string): number {
    return this.#index.get(path) ?? -1;
  }
}

/**
 * Values of one record under a layout: a span of the record's bytes, or a text of a fixed set (ASCII, nothing in it to
 * escape), or nothing. Reused between records.
 */
export class LayoutValues {
  readonly layout: Layout;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly text: (string | undefined)[];
  /** No span holds a byte that JSON escapes. */
  plain = false;

  constructor(layout: Layout) {
    this.layout = layout;
    this.from = new Int32Array(layout.leaves.length);
    this.to = new Int32Array(layout.leaves.length);
    this.text = new Array<string | undefined>(layout.leaves.length).fill(undefined);
  }

  clear(): void {
    this.plain = false;
    this.to.fill(-1);
    this.text.fill(undefined);
  }

  span(slot: number, from: number, to: number): void {
    this.from[slot] = from;
    this.to[slot] = to;
  }

  has(slot: number): boolean {
    return (this.to[slot] as number) >= 0 || this.text[slot] !== undefined;
  }
}
