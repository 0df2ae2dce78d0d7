import { createHash } from "node:crypto";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { GZIP_PIECE_BYTES, GzipMember } from "../gzip/member.ts";
import type { ArchivedSource } from "../object/archive-marks.ts";
import type { EncodedBatch } from "../ports/sink.ts";
import { type RecordContext, type RecordView, recordId } from "../record/record.ts";
import { Columns } from "./columns.ts";
import { type Content, GzipContent, PlainContent } from "./content.ts";
import type { Slab } from "./slab-pool.ts";

/** What a batch knows of a record beside its bytes. */
export interface BatchRow {
  readonly item: number;
  readonly position: number;
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly context: RecordContext;
  readonly timestamp: number;
}

/** A batch being filled: one slab of bytes and parallel arrays. Positions in it are in encoded bytes, packed or not. */
export class OpenBatch {
  readonly number: number;
  readonly partition: string;
  readonly slab: Slab;
  /** Where the next record goes. What was written before may have left it. */
  readonly writer: ByteWriter;
  /** Item of the first record; with cells, of all. */
  item = -1;
  /** Names the cell, for sinks that have them. */
  cell: string | undefined;
  /** Some of its records may have been delivered in an earlier invocation. */
  again = false;
  /** The object that its records are of, when they are all of one in S3. */
  source: ArchivedSource | undefined;
  readonly #gzipLevel: number | undefined;
  readonly #member: GzipMember | undefined;
  /** Encoded bytes that have left the writer. */
  #packed = 0;

  /** With a level, the bytes are compressed while they come. */
  constructor(number: number, partition: string, slab: Slab, gzipLevel?: number) {
    this.number = number;
    this.partition = partition;
    this.slab = slab;
    this.writer = slab.writer;
    this.#gzipLevel = gzipLevel;
    this.#member =
      gzipLevel === undefined || slab.packed === undefined ? undefined : new GzipMember(gzipLevel, slab.packed);
  }

  get count(): number {
    return this.slab.columns.count;
  }

  /** Encoded bytes. */
  get length(): number {
    return this.#packed + this.writer.length;
  }

  /** What was written from `from` on, of a record not yet pushed. */
  view(from: number): Uint8Array {
    return this.writer.view(from - this.#packed);
  }

  /** Takes back what was written from `length` on, of a record not yet pushed. */
  truncate(length: number): void {
    this.writer.truncate(length - this.#packed);
  }

  /** Position of record `i`. */
  position(i: number): number {
    return this.slab.columns.positions[i] ?? 0;
  }

  /** From now on the batch is known as the part of its cell that it holds. */
  nameAsPiece(): void {
    if (this.cell !== undefined) this.cell = pieceName(this.cell, this.slab.columns, 0, this.count - 1);
  }

  /** The same for records that are picked out of their cell: no other batch has that name, not one of the same span. */
  nameByRecords(): void {
    if (this.cell === undefined) return;
    const hash = createHash("sha256");
    for (let i = 0; i < this.count; i++) hash.update(`${idOf(this.slab.columns, i)}\n`);
    this.nameAsPiece();
    this.cell += `-${hash.digest("hex").slice(0, 16)}`;
  }

  /** Takes the record whose bytes begin at `offset` and end where the writer stands. */
  push(record: RecordView, item: number, offset: number): void {
    if (this.item < 0) this.item = item;
    this.slab.columns.push(record, item, offset);
    if (this.#member !== undefined && this.writer.length >= GZIP_PIECE_BYTES) this.#pack(this.#member);
  }

  seal(): SealedBatch {
    const { columns } = this.slab;
    columns.end(this.length);
    return new SealedBatch(this, this.#content(), columns, 0, this.count, this.cell);
  }

  #pack(member: GzipMember): void {
    const taken = member.take(this.writer.view());
    this.writer.drop(taken);
    this.#packed += taken;
  }

  #content(): Content {
    const { writer, packed } = this.slab;
    if (this.#member === undefined || packed === undefined) return new PlainContent(writer.view());
    this.#member.end(writer.view());
    return new GzipContent(packed.view(), this.#gzipLevel as number);
  }
}

/** Records `first … first + count` of a closed batch. */
export class SealedBatch implements EncodedBatch {
  readonly number: number;
  readonly count: number;
  readonly partition: string;
  readonly cell: string | undefined;
  readonly again: boolean;
  readonly source: ArchivedSource | undefined;
  readonly #content: Content;
  readonly #columns: Columns;
  readonly #first: number;
  #bytes: Uint8Array | undefined;

  constructor(
    { number, partition, again, source }: Pick<SealedBatch, "number" | "partition" | "again" | "source">,
    content: Content,
    columns: Columns,
    first: number,
    count: number,
    cell: string | undefined,
  ) {
    this.number = number;
    this.count = count;
    this.partition = partition;
    this.cell = cell;
    this.again = again;
    this.source = source;
    this.#content = content;
    this.#columns = columns;
    this.#first = first;
  }

  get bytes(): Uint8Array {
    this.#bytes ??=
      this.count === this.#columns.count
        ? this.#content.bytes
        : this.#content.part(this.#start(0), this.#start(this.count));
    return this.#bytes;
  }

  offset(i: number): number {
    return this.#start(i) - this.#start(0);
  }

  item(i: number): number {
    return this.#columns.items[this.#first + i] as number;
  }

  position(i: number): number {
    return this.#columns.positions[this.#first + i] as number;
  }

  id(i: number): string {
    return idOf(this.#columns, this.#first + i);
  }

  row(i: number): BatchRow {
    const at = this.#first + i;
    const { starts, ends, timestamps } = this.#columns;
    return {
      item: this.item(i),
      position: this.position(i),
      id: this.id(i),
      start: starts[at] as number,
      end: ends[at] as number,
      context: this.#columns.context(at),
      timestamp: timestamps[at] as number,
    };
  }

  /** Each record's bytes, and one for the end of its line, lie here where they lie there. */
  pieceOf(): ReturnType<NonNullable<EncodedBatch["pieceOf"]>> {
    if (this.source === undefined || this.count === 0) return undefined;
    const { starts, ends, offsets } = this.#columns;
    const first = this.#first;
    const start = starts[first] as number;
    const shift = start - (offsets[first] as number);
    for (let at = first; at < first + this.count; at++) {
      const isPlaced = (starts[at] as number) === (offsets[at] as number) + shift;
      if (!isPlaced || (ends[at] as number) + 1 !== (offsets[at + 1] as number) + shift) return undefined;
    }
    return { source: this.source, start, format: this.#columns.context(first).format };
  }

  /** As it was encoded. */
  record(i: number): Uint8Array {
    return this.#content.plain().subarray(this.#start(i), this.#start(i + 1));
  }

  slice(from: number, to: number): SealedBatch {
    return new SealedBatch(this, this.#content, this.#columns, this.#first + from, to - from, this.#piece(from, to));
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
    const content = this.#content.like(writer.view());
    return new SealedBatch(this, content, columns, 0, indices.length, this.cell);
  }

  /** Where record `i` begins in the content. */
  #start(i: number): number {
    return this.#columns.offsets[this.#first + i] as number;
  }

  /** Part of a cell may not take the whole cell's name: it would overwrite it. */
  #piece(from: number, to: number): string | undefined {
    if (this.cell === undefined || (from === 0 && to === this.count)) return this.cell;
    return pieceName(this.cell, this.#columns, this.#first + from, this.#first + to - 1);
  }
}

function idOf(columns: Columns, at: number): string {
  const { starts, ends, parts } = columns;
  return recordId(columns.key(at), starts[at] as number, ends[at] as number, parts[at] as number);
}

/** By its span, so that different cuts of one cell never overwrite each other. Outputs of one transform share a position. */
function pieceName(cell: string, { positions, parts }: Columns, first: number, last: number): string {
  const edge = (at: number): string => (parts[at] === 0 ? `${positions[at]}` : `${positions[at]}p${parts[at]}`);
  return `${cell}.${edge(first)}-${edge(last)}`;
}
