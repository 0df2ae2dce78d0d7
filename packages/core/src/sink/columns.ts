import type { RecordView } from "../record/record.ts";

const FIRST_ROWS = 1024;

/** What core keeps of each record of a batch beside its bytes: enough to account for it and to name it. Grows, and is reused. */
export class Columns {
  /** Rows filled. */
  count = 0;
  offsets: Float64Array = new Float64Array(FIRST_ROWS + 1);
  items: Int32Array = new Int32Array(FIRST_ROWS);
  positions: Float64Array = new Float64Array(FIRST_ROWS);
  starts: Float64Array = new Float64Array(FIRST_ROWS);
  ends: Float64Array = new Float64Array(FIRST_ROWS);
  parts: Int32Array = new Int32Array(FIRST_ROWS);
  /** First parts of the ids: mostly the same string, so that a list of references is enough. */
  keys: string[] = [];

  clear(): void {
    this.count = 0;
    this.keys = [];
  }

  push(record: RecordView, item: number, offset: number): void {
    const row = this.#next();
    this.offsets[row] = offset;
    this.items[row] = item;
    this.positions[row] = record.position;
    this.starts[row] = record.start;
    this.ends[row] = record.end;
    this.parts[row] = record.part;
    this.keys.push(record.idKey);
  }

  /** A row of another batch. */
  copy(from: Columns, row: number, offset: number): void {
    const to = this.#next();
    this.offsets[to] = offset;
    for (const name of ["items", "positions", "starts", "ends", "parts"] as const)
      this[name][to] = from[name][row] as number;
    this.keys.push(from.keys[row] as string);
  }

  /** Where the last row's bytes end. */
  end(length: number): void {
    this.offsets[this.count] = length;
  }

  #next(): number {
    if (this.count === this.items.length) this.#grow();
    return this.count++;
  }

  #grow(): void {
    const rows = this.count * 2;
    const wider = (old: Float64Array, size: number): Float64Array => {
      const grown = new Float64Array(size);
      grown.set(old);
      return grown;
    };
    const longer = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(rows);
      grown.set(old);
      return grown;
    };
    this.offsets = wider(this.offsets, rows + 1);
    this.positions = wider(this.positions, rows);
    this.starts = wider(this.starts, rows);
    this.ends = wider(this.ends, rows);
    this.items = longer(this.items);
    this.parts = longer(this.parts);
  }
}
