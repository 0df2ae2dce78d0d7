/** A column whose neighbouring rows mostly hold the same value: each value is kept once, with the row that it begins at. */
export class Runs<T> {
  readonly #values: T[] = [];
  readonly #rows: number[] = [];
  #last: T | undefined;

  /** Rows come in order. */
  push(row: number, value: T): void {
    if (value === this.#last) return;
    this.#last = value;
    this.#values.push(value);
    this.#rows.push(row);
  }

  at(row: number): T {
    let low = 0;
    for (let high = this.#rows.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] as number) <= row) low = middle;
      else high = middle;
    }
    return this.#values[low] as T;
  }

  clear(): void {
    this.#values.length = 0;
    this.#rows.length = 0;
    this.#last = undefined;
  }
}
