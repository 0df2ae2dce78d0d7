import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { type ByteWriter, SluiceError } from "@sluice/core";
import type { FileWindow } from "../file-window.ts";
import type { Budget } from "./budget.ts";
import {
  type ColumnChunk,
  DATA_PAGE,
  DATA_PAGE_V2,
  DICTIONARY_PAGE,
  type PageHeader,
  readPageHeader,
} from "./metadata.ts";
import { type Dictionary, type Page, readDictionary, readPage } from "./page.ts";
import type { PageMemory, PagePacking } from "./page-packing.ts";
import type { Render } from "./render.ts";
import type { Leaf } from "./schema.ts";
import { damaged, ThriftEnd } from "./thrift.ts";

/** Bytes of a page's header that are looked at first, and at most: it may hold the least and greatest values. */
const HEADER_BYTES = 256;
const MAX_HEADER_BYTES = 1024 * 1024;

export interface ColumnParts {
  readonly leaf: Leaf;
  readonly render: Render;
  readonly window: FileWindow;
  readonly packing: PagePacking;
  readonly memory: PageMemory;
  readonly budget: Budget;
}

/**
 * The values of a column in one row group, page by page, as they are come to. `rows` of them can be written before another
 * page must be loaded: as many as begin and end in the pages that are here.
 */
export class ColumnCursor {
  readonly #parts: ColumnParts;
  readonly #chunk: ColumnChunk;
  #at: number;
  readonly #end: number;
  #valuesLeft: number;
  #dictionary: Dictionary | undefined;
  /** The page at hand, and those behind it that a row goes on into. */
  #page: Page | undefined;
  readonly #queue: Page[] = [];
  #i = 0;
  /** Rows that begin in what isn't written yet. */
  #rows = 0;

  constructor(parts: ColumnParts, chunk: ColumnChunk) {
    if (chunk.encrypted) throw new SluiceError("OBJECT_ENCRYPTED", "Parquet data with encrypted columns");
    if (chunk.elsewhere) throw new SluiceError("COMPRESSION_UNSUPPORTED", "Parquet data with columns in other files");
    if (chunk.type !== parts.leaf.type) throw damaged(`column ${parts.leaf.index} has two types`);
    this.#parts = parts;
    this.#chunk = chunk;
    this.#at = chunk.start;
    this.#end = chunk.start + chunk.size;
    this.#valuesLeft = chunk.values;
  }

  /** Rows that can be written at once. */
  get rows(): number {
    if (this.#valuesLeft === 0 || this.#parts.leaf.maxRep === 0) return this.#rows;
    // The last one may go on in the next page.
    return this.#rows - 1;
  }

  /** Whether all was written. */
  get done(): boolean {
    return this.#valuesLeft === 0 && this.#page === undefined;
  }

  get def(): number {
    const page = this.#current();
    return page.def === undefined ? this.#parts.leaf.maxDef : (page.def[this.#i] as number);
  }

  /** 0 behind the last value too: another row would begin there. */
  get rep(): number {
    return this.#page?.rep?.[this.#i] ?? 0;
  }

  get isThere(): boolean {
    return this.def === this.#parts.leaf.maxDef;
  }

  /** Writes the value, which must be there, and goes on. */
  write(out: ByteWriter): void {
    this.#current().write(out);
    this.skip();
  }

  /** Goes on from a value that isn't there. */
  skip(): void {
    const page = this.#current();
    if (page.rep === undefined || page.rep[this.#i] === 0) this.#rows -= 1;
    this.#i += 1;
    if (this.#i < page.count) return;
    this.#parts.budget.give(page.bytes);
    this.#page = this.#queue.shift();
    this.#i = 0;
  }

  async load(): Promise<void> {
    if (this.#valuesLeft === 0) throw damaged(`column ${this.#parts.leaf.index} has too few values`);
    const header = await this.#header();
    const bytes = await this.#content(header);
    if (header.type === DICTIONARY_PAGE) this.#takeDictionary(header, bytes);
    else if (header.type === DATA_PAGE || header.type === DATA_PAGE_V2) this.#takePage(header, bytes);
  }

  /** Nothing of it is needed any more. */
  close(): void {
    for (const page of [this.#page, ...this.#queue]) if (page !== undefined) this.#parts.budget.give(page.bytes);
    if (this.#dictionary !== undefined) this.#parts.budget.give(this.#dictionary.bytes.length);
  }

  #current(): Page {
    if (this.#page === undefined) throw damaged(`column ${this.#parts.leaf.index} has too few values`);
    return this.#page;
  }

  #takeDictionary({ values }: PageHeader, bytes: Buffer): void {
    const { leaf, render, budget } = this.#parts;
    if (this.#dictionary !== undefined) throw damaged(`column ${leaf.index} has two dictionaries`);
    this.#dictionary = readDictionary(bytes, values, leaf, render, budget.maxBytes);
    budget.take(this.#dictionary.bytes.length);
  }

  #takePage(header: PageHeader, bytes: Buffer): void {
    const { leaf, render, budget } = this.#parts;
    if (header.values < 0 || header.values > this.#valuesLeft)
      throw damaged(`column ${leaf.index} has too many values`);
    this.#valuesLeft -= header.values;
    if (header.values === 0) return;
    // Levels take as much before it is known that they needn't be kept.
    budget.take(header.values * 2);
    const page = readPage({ header, bytes, leaf, dictionary: this.#dictionary, render, maxBytes: budget.maxBytes });
    budget.give(header.values * 2);
    budget.take(page.bytes);
    this.#rows += page.rows;
    if (this.#page === undefined) this.#page = page;
    else this.#queue.push(page);
  }

  async #header(): Promise<PageHeader> {
    for (let size = HEADER_BYTES; ; size *= 16) {
      const end = Math.min(this.#at + size, this.#end);
      try {
        const header = readPageHeader(await this.#parts.window.bytes(this.#at, end));
        this.#at += header.headerBytes;
        return header;
      } catch (error) {
        if (!(error instanceof ThriftEnd)) throw error;
        if (end === this.#end || size >= MAX_HEADER_BYTES) throw damaged(`no page at byte ${this.#at}`);
      }
    }
  }

  async #content(header: PageHeader): Promise<Buffer> {
    const { window, packing, budget } = this.#parts;
    const at = this.#at;
    const { packedBytes, bytes } = header;
    if (packedBytes < 0 || bytes < 0 || packedBytes > this.#end - at) throw damaged(`a page of no size at byte ${at}`);
    // Both are there for a moment.
    budget.take(packedBytes + bytes);
    const packed = await window.bytes(at, at + packedBytes);
    this.#at += packedBytes;
    if (header.crc !== undefined && crc32(packed) !== header.crc)
      throw damaged(`a page with a wrong CRC at byte ${at}`);
    // What a row goes on into must not take the place of what it began in.
    const page = this.#page === undefined ? this.#parts.memory.take(bytes) : Buffer.allocUnsafe(bytes);
    unpack(packing, this.#chunk.codec, header, packed, page);
    budget.give(packedBytes + bytes);
    return page;
  }
}

/** In version 2 the levels come first and aren't packed. */
function unpack(packing: PagePacking, codec: number, header: PageHeader, packed: Uint8Array, page: Buffer): void {
  const levels = header.repetitionBytes + header.definitionBytes;
  if (levels < 0 || levels > packed.length || levels > page.length)
    throw damaged("levels or indexes that don't fit their page");
  page.set(packed.subarray(0, levels));
  packing.unpack(header.packed ? codec : 0, packed.subarray(levels), page.subarray(levels));
}
