import { ByteWriter } from "@sluice/core";
import { PLAIN, PLAIN_DICTIONARY, plainOf, RLE, RLE_DICTIONARY, RleReader } from "./encodings.ts";
import { DATA_PAGE_V2, type PageHeader } from "./metadata.ts";
import type { Render } from "./render.ts";
import type { Leaf } from "./schema.ts";
import { damaged } from "./thrift.ts";

/** Values that were written already, to be copied. */
export interface Dictionary {
  readonly bytes: Uint8Array;
  /** Value `i` is `bytes[ends[i - 1], ends[i])`. */
  readonly ends: Int32Array;
}

/** A page's levels and values, given out one after the other. */
export interface Page {
  readonly count: number;
  /** Levels of each; undefined where all have the highest definition level, or none repeats. */
  readonly def: Uint8Array | undefined;
  readonly rep: Uint8Array | undefined;
  /** Rows that begin in it. */
  readonly rows: number;
  /** Memory that it takes, roughly. */
  readonly bytes: number;
  /** Writes the next value. */
  write(out: ByteWriter): void;
}

export function readDictionary(bytes: Buffer, count: number, leaf: Leaf, render: Render, maxBytes: number): Dictionary {
  const end = bytes.length;
  const plain = plainOf(PLAIN, leaf, { bytes, at: 0, end, count }, maxBytes);
  const out = new ByteWriter(end + count * 4);
  const ends = new Int32Array(count);
  let at = plain.at;
  for (let i = 0; i < count; i++) {
    at = render(plain.bytes, at, out);
    ends[i] = out.length;
  }
  return { bytes: out.view(), ends };
}

interface Levels {
  readonly rep: Uint8Array | undefined;
  readonly def: Uint8Array | undefined;
}

export interface PageParts {
  readonly header: PageHeader;
  /** Unpacked: levels, then values. */
  readonly bytes: Buffer;
  readonly leaf: Leaf;
  readonly dictionary: Dictionary | undefined;
  readonly render: Render;
  readonly maxBytes: number;
}

export function readPage(parts: PageParts): Page {
  const { header, bytes, leaf, dictionary, render, maxBytes } = parts;
  const count = header.values;
  const { at, rep, def } = readLevels(parts);
  const values = { bytes, at, end: bytes.length, count: def === undefined ? count : countOf(def, leaf.maxDef) };
  const rows = rep === undefined ? count : countOf(rep, 0);
  const size = bytes.length + (rep?.length ?? 0) + (def?.length ?? 0);
  if (header.encoding === PLAIN_DICTIONARY || header.encoding === RLE_DICTIONARY) {
    if (dictionary === undefined) throw damaged("a page without the dictionary that it needs");
    return { count, rep, def, rows, bytes: size, write: fromDictionary(dictionary, values) };
  }
  const plain = plainOf(header.encoding, leaf, values, maxBytes);
  const more = plain.bytes === bytes ? 0 : plain.bytes.length;
  return { count, rep, def, rows, bytes: size + more, write: fromPlain(plain.bytes, plain.at, render) };
}

function fromPlain(bytes: Buffer, start: number, render: Render): (out: ByteWriter) => void {
  let at = start;
  return (out) => {
    at = render(bytes, at, out);
  };
}

function fromDictionary(
  { bytes, ends }: Dictionary,
  page: { readonly bytes: Buffer; readonly at: number; readonly end: number; readonly count: number },
): (out: ByteWriter) => void {
  if (page.count === 0) return () => undefined;
  if (page.at >= page.end) throw damaged("a page with fewer values than it says");
  const indexes = new RleReader(page.bytes, page.at + 1, page.end, page.bytes[page.at] as number);
  return (out) => {
    const index = indexes.next();
    const end = ends[index];
    if (end === undefined) throw damaged("a value that the dictionary doesn't have");
    out.bytes(bytes, index === 0 ? 0 : ends[index - 1], end);
  };
}

function countOf(levels: Uint8Array, level: number): number {
  let count = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count += 1;
  return count;
}

/** In version 1 each kind of level says how long it is, in version 2 the page's header does. */
function readLevels({ header, bytes, leaf }: PageParts): Levels & { readonly at: number } {
  const { maxRep, maxDef } = leaf;
  if (header.type === DATA_PAGE_V2) {
    const defAt = header.repetitionBytes;
    const at = defAt + header.definitionBytes;
    if (at > bytes.length) throw damaged("levels or indexes that don't fit their page");
    const rep = levels(bytes, 0, defAt, maxRep, header.values, 0);
    return { at, rep, def: levels(bytes, defAt, at, maxDef, header.values, maxDef) };
  }
  if (header.levelEncodings.some((encoding, i) => encoding !== RLE && (i === 0 ? maxDef : maxRep) > 0))
    throw damaged("levels in an encoding that is no more");
  const repEnd = maxRep === 0 ? 0 : sized(bytes, 0);
  const rep = levels(bytes, 4, repEnd, maxRep, header.values, 0);
  const at = maxDef === 0 ? repEnd : sized(bytes, repEnd);
  return { at, rep, def: levels(bytes, repEnd + 4, at, maxDef, header.values, maxDef) };
}

function sized(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw damaged("levels or indexes that don't fit their page");
  return at + 4 + bytes.readUInt32LE(at);
}

/** Undefined when all of them are `usual`. */
function levels(
  bytes: Buffer,
  from: number,
  to: number,
  max: number,
  count: number,
  usual: number,
): Uint8Array | undefined {
  if (max === 0) return undefined;
  return new RleReader(bytes, from, to, 32 - Math.clz32(max)).levels(count, usual, max);
}
