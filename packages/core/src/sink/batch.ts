import { ByteWriter } from "../bytes/byte-writer.ts";
import type { EncodedBatch } from "../ports/sink.ts";
import { type RecordView, recordId } from "../record/record.ts";
import { Columns } from "./columns.ts";
import type { Slab } from "./slab-pool.ts";

/** A batch being filled: one slab of bytes and parallel arrays. */
export class OpenBatch {
  readonly number: number;
  readonly partition: string;
  readonly slab: Slab;
  readonly writer: ByteWriter;
  /** Item of the first record; with cells, of all. */
  item = -1;
  /** Names the cell, for sinks that have them. */
  cell: string | undefined;

  constructor(number: number, partition: string, slab: Slab) {
    this.number = number;
    this.partition = partition;
    this.slab = slab;
    this.writer = slab.writer;
  }

  get count(): number {
    return this.slab.columns.count;
  }

  /** Position of record `i`. */
  position(i: number): number {
    return this.slab.columns.positions[i] ?? 0;
  }

  /** From now on the batch is known as the part of its cell that it holds. */
  nameAsPiece(): void {
    if (this.cell !== undefined) this.cell = pieceName(this.cell, this.slab.columns, 0, this.count - 1);
  }

  /** Takes the record whose bytes begin at `offset` and end where the writer stands. */
  push(record: RecordView, item: number, offset: number): void {
    if (this.item < 0) this.item = item;
    this.slab.columns.push(record, item, offset);
  }

  seal(): SealedBatch {
    const { writer, columns } = this.slab;
    columns.end(writer.length);
    return new SealedBatch(this.number, writer.view(), columns, 0, this.count, this.partition, this.cell);
  }
}

/** Records `first … first + count` of a closed batch. */
export class SealedBatch implements EncodedBatch {
  readonly number: number;
  readonly count: number;
  readonly partition: string;
  readonly cell: string | undefined;
  readonly bytes: Uint8Array;
  readonly #all: Uint8Array;
  readonly #columns: Columns;
  readonly #first: number;

  constructor(
    number: number,
    all: Uint8Array,
    columns: Columns,
    first: number,
    count: number,
    partition: string,
    cell: string | undefined,
  ) {
    this.number = number;
    this.count = count;
    this.partition = partition;
    this.cell = cell;
    this.#all = all;
    this.#columns = columns;
    this.#first = first;
    this.bytes = all.subarray(columns.offsets[first] as number, columns.offsets[first + count] as number);
  }

  offset(i: number): number {
    return (this.#columns.offsets[this.#first + i] as number) - (this.#columns.offsets[this.#first] as number);
  }

  item(i: number): number {
    return this.#columns.items[this.#first + i] as number;
  }

  position(i: number): number {
    return this.#columns.positions[this.#first + i] as number;
  }

  start(i: number): number {
    return this.#columns.starts[this.#first + i] as number;
  }

  end(i: number): number {
    return this.#columns.ends[this.#first + i] as number;
  }

  id(i: number): string {
    const at = this.#first + i;
    const { keys, starts, ends, parts } = this.#columns;
    return recordId(keys[at] as string, starts[at] as number, ends[at] as number, parts[at] as number);
  }

  record(i: number): Uint8Array {
    return this.bytes.subarray(this.offset(i), this.offset(i + 1));
  }

  slice(from: number, to: number): SealedBatch {
    return new SealedBatch(
      this.number,
      this.#all,
      this.#columns,
      this.#first + from,
      to - from,
      this.partition,
      this.#piece(from, to),
    );
  }

  /** The records at `indices` (ascending) as a batch of their own; copies their bytes. */
  select(indices: readonly number[]): SealedBatch {
    const writer = new ByteWriter(indices.reduce((sum, i) => sum + this.offset(i + 1) - this.offset(i), 0));
    const columns = new Columns();
    for (const i of indices) {
      columns.copy(this.#columns, this.#first + i, writer.length);
      writer.bytes(this.record(i));
    }
    columns.end(writer.length);
    return new SealedBatch(this.number, writer.view(), columns, 0, indices.length, this.partition, this.cell);
  }

  /** Part of a cell may not take the whole cell's name: it would overwrite it. */
  #piece(from: number, to: number): string | undefined {
    if (this.cell === undefined || (from === 0 && to === this.count)) return this.cell;
    return pieceName(this.cell, this.#columns, this.#first + from, this.#first + to - 1);
  }
}

/** By its span, so that different cuts of one cell never overwrite each other. Outputs of one transform share a position. */
function pieceName(cell: string, { positions, parts }: Columns, first: number, last: number): string {
  const edge = (at: number): string => (parts[at] === 0 ? `${positions[at]}` : `${positions[at]}p${parts[at]}`);
  return `${cell}.${edge(first)}-${edge(last)}`;
}
