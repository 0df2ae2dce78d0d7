/** Totals of the invocation so far. */
export interface Progress {
  /** Records read. */
  readonly in: number;
  /** Bytes read, as stored. */
  readonly bytes: number;
  readonly items: number;
  readonly itemsDone: number;
}

/** Told about progress while work goes on; must be cheap, must not throw. */
export interface Meter {
  progress(totals: Progress): void;
}
