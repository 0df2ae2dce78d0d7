/** What is where the records went, counted with nothing of the product. */
export interface Counted {
  /** Serials that are nowhere. */
  readonly lost: number;
  /** Serials that are there more than once. */
  readonly doubled: number;
  /** What is there beside the lines, or not as they were. */
  readonly strange: number;
}

/** Where the records go. */
export interface Target {
  /** The function's sink. */
  readonly sink: Readonly<Record<string, unknown>>;
  /** Records that it holds just now, more or less. */
  progress(): Promise<number>;
  count(): Promise<Counted>;
  close(): Promise<void>;
}
