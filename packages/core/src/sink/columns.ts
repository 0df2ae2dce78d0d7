import { Buffer } from "node:buffer";
import { KEY_BYTES, type RecordContext, type RecordCursor, type RecordView } from "../record/record.ts";
import { Runs } from "./runs.ts";

const FIRST_ROWS = 1024;
/** Stands for keys that are in `#own`. */
const OWN = "";

/** What core keeps of each record of a batch beside its bytes: enough to account for it and to name it. Grows, and is reused. */
export class Columns {
  /** Rows filled. */
  count = 0;
  offsets: Float64Array = new Float64Array(FIRST_ROWS + 1);
  items: Int32Array = new Int32Array(FIRST_ROWS);
  positions: Float64Array = new Float64Array(FIRST_ROWS);
  starts: Float64Array = new Float64Array(FIRST_ROWS);
  ends: Float64Array = new Float64Array(FIRST_ROWS);
  parts: Float64Array = new Float64Array(FIRST_ROWS);
  timestamps: Float64Array = new Float64Array(FIRST_ROWS);
  /** First parts of the ids. */
  readonly #keys = new Runs<string>();
  readonly #contexts = new Runs<RecordContext>();
  /** Keys that are one record's own, by row. */
  #own: Uint8Array | undefined;

  clear(): void {
    this.count = 0;
    this.#keys.clear();
    this.#contexts.clear();
  }

  push(record: RecordView, item: number, offset: number): void {
    const row = this.#next();
    this.offsets[row] = offset;
    this.items[row] = item;
    this.positions[row] = record.position;
    this.starts[row] = record.start;
    this.ends[row] = record.end;
    this.parts[row] = record.part;
    this.timestamps[row] = record.timestamp;
    this.#contexts.push(row, record.context);
    const { ownKey, ownKeyFrom } = record as RecordCursor;
    if (ownKey === undefined) this.#keys.push(row, record.idKey);
    else this.#keep(row, ownKey, ownKeyFrom);
  }

  /** A row of another batch. */
  copy(from: Columns, row: number, offset: number): void {
    const to = this.#next();
    this.offsets[to] = offset;
    for (const name of ["items", "positions", "starts", "ends", "parts", "timestamps"] as const)
      this[name][to] = from[name][row] as number;
    this.#keys.push(to, from.key(row));
    this.#contexts.push(to, from.context(row));
  }

  /** First part of the record's id. */
  key(row: number): string {
    const shared = this.#keys.at(row);
    if (shared !== OWN || this.#own === undefined) return shared;
    return Buffer.from(this.#own.buffer, row * KEY_BYTES, KEY_BYTES).toString("latin1");
  }

  /** What the record shares with the others of its item. */
  context(row: number): RecordContext {
    return this.#contexts.at(row);
  }

  /** Where the last row's bytes end. */
  end(length: number): void {
    this.offsets[this.count] = length;
  }

  #keep(row: number, bytes: Uint8Array, from: number): void {
    this.#own ??= new Uint8Array(this.items.length * KEY_BYTES);
    const own = this.#own;
    for (let at = row * KEY_BYTES, i = from; i < from + KEY_BYTES; i++) own[at++] = bytes[i] as number;
    this.#keys.push(row, OWN);
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
    this.timestamps = wider(this.timestamps, rows);
    this.items = longer(this.items);
    this.parts = wider(this.parts, rows);
    if (this.#own === undefined) return;
    const own = new Uint8Array(rows * KEY_BYTES);
    own.set(this.#own);
    this.#own = own;
  }
}
