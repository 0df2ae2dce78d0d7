import { Buffer } from "node:buffer";
import { ByteWriter, type FrameBlock, type RandomAccess, SluiceError, type TableOptions } from "@sluice/core";
import { type Blocks, withBlocks } from "../blocks/blocks.ts";
import { FileWindow } from "../file-window.ts";
import { Budget } from "./budget.ts";
import { ColumnCursor } from "./column.ts";
import { ENCRYPTED, PLAIN } from "./magic.ts";
import { type ColumnChunk, type FileMetadata, type RowGroup, readMetadata } from "./metadata.ts";
import { PageMemory, PagePacking } from "./page-packing.ts";
import { jsonRender, type Render, textRender } from "./render.ts";
import { jsonRow, textRow, type WriteRow } from "./rows.ts";
import { type Schema, schemaOf } from "./schema.ts";
import { damaged, ThriftEnd } from "./thrift.ts";

/** The size of the footer, and the magic bytes behind it. */
const TAIL_BYTES = 8;
const MAGIC_BYTES = 4;

/** Row groups of so many bytes as stored are read at once; of larger ones, parts of each column. */
const WHOLE_GROUP_BYTES = 16 * 1024 * 1024;
const MIN_AHEAD_BYTES = 64 * 1024;
const MAX_AHEAD_BYTES = 1024 * 1024;

/** Columns whose next pages are asked for at the same time. */
const LOADS_AT_ONCE = 8;

/** Rows in one block, and bytes from which on it is given out. */
const BLOCK_ROWS = 2048;
const BLOCK_BYTES = 256 * 1024;

/**
 * The rows of a Parquet file as JSON objects, or as lines where `header` has names for its columns; positions are row
 * numbers. Reads page by page: memory takes the pages of one row at a time, never a row group. Fails with
 * OBJECT_TRUNCATED, OBJECT_CORRUPT, OBJECT_ENCRYPTED, COMPRESSION_UNSUPPORTED, EXPANSION_LIMIT, FRAME_TOO_LARGE; rows
 * before are given out.
 */
export async function* parquetRows(file: RandomAccess, options: TableOptions): AsyncGenerator<FrameBlock> {
  try {
    yield* withBlocks((blocks) => fileRows(file, options, blocks));
  } catch (error) {
    // Numbers that point beyond what there is.
    throw error instanceof RangeError ? damaged("a value or a page that is cut off") : error;
  }
}

async function* fileRows(
  file: RandomAccess,
  { limits, header }: TableOptions,
  blocks: Blocks,
): AsyncGenerator<FrameBlock> {
  const metadata = await metadataOf(file, limits.maxDecoderBytes);
  const schema = schemaOf(metadata.schema);
  const names = namesOf(schema, header);
  const block = new RowBlock(limits.maxFrameBytes);
  if (names !== undefined) yield block.header(names);
  const reading: Reading = {
    file,
    schema,
    json: names === undefined,
    budget: new Budget(limits.maxDecoderBytes),
    packing: new PagePacking(blocks),
    memories: schema.leaves.map(() => new PageMemory()),
    whole: new FileWindow(file, 0),
  };
  for (const group of metadata.groups) yield* groupRows(reading, group, block);
  if (block.row !== metadata.rows) throw damaged(`${block.row} rows, not ${metadata.rows}`);
}

async function metadataOf(file: RandomAccess, maxBytes: number): Promise<FileMetadata> {
  const { size } = file;
  const window = new FileWindow(file, 0);
  const tailAt = size - TAIL_BYTES;
  if (tailAt < MAGIC_BYTES) throw truncated(size);
  const tail = Buffer.from(await window.bytes(tailAt, size));
  const magic = [...tail.subarray(MAGIC_BYTES)];
  if (String(magic) === String(ENCRYPTED))
    throw new SluiceError("OBJECT_ENCRYPTED", "Parquet data with an encrypted footer");
  if (String(magic) !== String(PLAIN)) throw truncated(size);
  const start = tailAt - tail.readUInt32LE(0);
  if (start < MAGIC_BYTES) throw damaged("a footer that is larger than the file");
  if (tailAt - start > maxBytes)
    throw new SluiceError("EXPANSION_LIMIT", `Parquet data with a footer beyond maxDecoderBytes (${maxBytes} bytes)`);
  try {
    const metadata = readMetadata(await window.bytes(start, tailAt));
    if (metadata.encrypted) throw new SluiceError("OBJECT_ENCRYPTED", "Parquet data with encrypted columns");
    return metadata;
  } catch (error) {
    throw error instanceof ThriftEnd ? damaged("a footer that is cut off") : error;
  }
}

function truncated(size: number): SluiceError {
  return new SluiceError("OBJECT_TRUNCATED", `Parquet data ends too early, after ${size} bytes: it is not all there`);
}

/** Only flat columns can be a line. */
function namesOf({ fields }: Schema, header: TableOptions["header"]): readonly string[] | undefined {
  if (fields.some(({ kind }) => kind !== "leaf")) return undefined;
  return header(fields.map(({ name }) => name));
}

/** What all row groups of a file have in common. */
interface Reading {
  readonly file: RandomAccess;
  readonly schema: Schema;
  readonly json: boolean;
  readonly budget: Budget;
  readonly packing: PagePacking;
  /** Of each column, for one row group after the other. */
  readonly memories: readonly PageMemory[];
  /** For row groups that are read at once. */
  readonly whole: FileWindow;
}

async function* groupRows(reading: Reading, group: RowGroup, block: RowBlock): AsyncGenerator<FrameBlock> {
  const columns = await columnsOf(reading, group);
  const write = reading.json ? jsonRow(reading.schema.fields, columns) : textRow(columns);
  for (let left = group.rows; left > 0; ) {
    const rows = Math.min(left, await loaded(columns));
    left -= rows;
    yield* block.rows(rows, write);
  }
  if (columns.some((column) => !column.done)) throw damaged("columns with more values than there are rows");
  for (const column of columns) column.close();
}

async function columnsOf(reading: Reading, group: RowGroup): Promise<ColumnCursor[]> {
  const { leaves } = reading.schema;
  if (group.columns.length !== leaves.length) throw damaged("a row group with other columns");
  const { packing, memories, budget, json } = reading;
  const newWindow = await windowsOf(reading, group);
  return leaves.map((leaf, i) => {
    const render: Render = json ? jsonRender(leaf) : textRender(leaf);
    const memory = memories[i] as PageMemory;
    const parts = { leaf, render, window: newWindow(), packing, memory, budget };
    return new ColumnCursor(parts, group.columns[i] as ColumnChunk);
  });
}

/** One window for all columns when the group is small, else one for each. */
async function windowsOf({ file, whole }: Reading, { columns }: RowGroup): Promise<() => FileWindow> {
  const start = Math.min(...columns.map((column) => column.start));
  const end = Math.max(...columns.map((column) => column.start + column.size));
  if (start < 0 || columns.some(({ size }) => size < 0)) throw damaged("columns of no size");
  if (end > file.size) throw truncated(file.size);
  if (end - start <= WHOLE_GROUP_BYTES) {
    await whole.bytes(start, end);
    return () => whole;
  }
  const share = Math.floor(WHOLE_GROUP_BYTES / columns.length);
  const ahead = Math.min(Math.max(share, MIN_AHEAD_BYTES), MAX_AHEAD_BYTES);
  return () => new FileWindow(file, ahead);
}

/** Rows that all columns have here; loads pages until there is one. */
async function loaded(columns: readonly ColumnCursor[]): Promise<number> {
  const empty = columns.filter((column) => column.rows <= 0);
  for (let i = 0; i < empty.length; i += LOADS_AT_ONCE) {
    const loads = await Promise.allSettled(empty.slice(i, i + LOADS_AT_ONCE).map(loadRow));
    const failed = loads.find((load) => load.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
  return Math.min(...columns.map((column) => column.rows));
}

async function loadRow(column: ColumnCursor): Promise<void> {
  while (column.rows <= 0) await column.load();
}

/** Rows on their way out, in memory that is used over and over. */
class RowBlock {
  readonly #maxFrameBytes: number;
  readonly #out = new ByteWriter(BLOCK_BYTES * 2);
  readonly #from = new Int32Array(BLOCK_ROWS);
  readonly #to = new Int32Array(BLOCK_ROWS);
  readonly #start = new Float64Array(BLOCK_ROWS);
  readonly #end = new Float64Array(BLOCK_ROWS);
  #count = 0;
  /** Number of the next row. */
  row = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  header(names: readonly string[]): FrameBlock {
    this.#out.utf8(names.join(" "));
    this.#to[0] = this.#out.length;
    this.#count = 1;
    return this.#give(0);
  }

  *rows(rows: number, write: WriteRow): Generator<FrameBlock> {
    const out = this.#out;
    let base = this.row;
    for (let i = 0; i < rows; i++) {
      this.#row(write);
      if (this.#count < BLOCK_ROWS && out.length < BLOCK_BYTES) continue;
      yield this.#give(base);
      base = this.row;
    }
    if (this.#count > 0) yield this.#give(base);
  }

  #row(write: WriteRow): void {
    const i = this.#count++;
    const from = this.#out.length;
    this.#from[i] = from;
    write(this.#out);
    const to = this.#out.length;
    if (to - from > this.#maxFrameBytes)
      throw new SluiceError(
        "FRAME_TOO_LARGE",
        `row ${this.row} is longer than maxFrameBytes (${this.#maxFrameBytes} bytes)`,
      );
    this.#to[i] = to;
    this.#start[i] = this.row++;
    this.#end[i] = this.row;
  }

  /** The writer may move when it grows, so what it holds is looked at last. */
  #give(base: number): FrameBlock {
    const count = this.#count;
    const block = {
      bytes: this.#out.view(),
      base,
      count,
      from: this.#from,
      to: this.#to,
      start: this.#start,
      end: this.#end,
      skipped: 0,
    };
    this.#count = 0;
    this.#out.truncate(0);
    return block;
  }
}
