import { FALSE, ThriftReader, TRUE } from "./thrift.ts";

// The structures: parquet.thrift of apache/parquet-format. Only what is needed to read rows is kept.

/** Physical types by number. */
export const BOOLEAN = 0;
export const INT32 = 1;
export const INT64 = 2;
export const INT96 = 3;
export const FLOAT = 4;
export const DOUBLE = 5;
export const BYTE_ARRAY = 6;
export const FIXED_LEN_BYTE_ARRAY = 7;

export const REQUIRED = 0;
export const REPEATED = 2;

/** What a column or group is to be taken for, be it said by a logical type or by a converted one. */
export type Meaning =
  | { readonly is: "text" | "map" | "list" | "date" | "uuid" | "float16" | "interval" | "binary" }
  | { readonly is: "decimal"; readonly scale: number }
  | { readonly is: "time" | "timestamp"; readonly perSecond: number }
  | { readonly is: "integer"; readonly bits: number; readonly signed: boolean };

export interface SchemaElement {
  readonly name: string;
  readonly type: number | undefined;
  readonly typeLength: number;
  readonly repetition: number;
  readonly children: number;
  readonly meaning: Meaning | undefined;
}

export interface ColumnChunk {
  readonly codec: number;
  readonly values: number;
  /** Of its first page, and bytes of all its pages. */
  readonly start: number;
  readonly size: number;
  readonly type: number;
  readonly encrypted: boolean;
  /** Not in this file. */
  readonly elsewhere: boolean;
}

export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

export interface FileMetadata {
  readonly schema: readonly SchemaElement[];
  readonly rows: number;
  readonly groups: readonly RowGroup[];
  readonly encrypted: boolean;
}

export function readMetadata(bytes: Uint8Array): FileMetadata {
  const reader = new ThriftReader(bytes);
  const schema: SchemaElement[] = [];
  const groups: RowGroup[] = [];
  let rows = 0;
  let encrypted = false;
  reader.struct((id) => {
    if (id === 2) reader.list(() => schema.push(schemaElement(reader)));
    else if (id === 3) rows = reader.integer();
    else if (id === 4) reader.list(() => groups.push(rowGroup(reader)));
    else {
      encrypted ||= id === 8;
      return false;
    }
    return true;
  });
  return { schema, rows, groups, encrypted };
}

function schemaElement(reader: ThriftReader): SchemaElement {
  let type: number | undefined;
  let typeLength = 0;
  let repetition = REQUIRED;
  let name = "";
  let children = 0;
  let converted: number | undefined;
  let scale = 0;
  let logical: Meaning | undefined;
  reader.struct((id) => {
    if (id === 1) type = reader.integer();
    else if (id === 2) typeLength = reader.integer();
    else if (id === 3) repetition = reader.integer();
    else if (id === 4) name = reader.text();
    else if (id === 5) children = reader.integer();
    else if (id === 6) converted = reader.integer();
    else if (id === 7) scale = reader.integer();
    else if (id === 10) logical = logicalType(reader);
    else return false;
    return true;
  });
  const meaning = logical ?? (converted === undefined ? undefined : convertedType(converted, scale));
  return { name, type, typeLength, repetition, children, meaning };
}

const MILLIS = { is: "timestamp", perSecond: 1e3 } as const;

function convertedType(converted: number, scale: number): Meaning | undefined {
  const integer = (bits: number, signed: boolean): Meaning => ({ is: "integer", bits, signed });
  const all: readonly (Meaning | undefined)[] = [
    { is: "text" },
    { is: "map" },
    { is: "map" },
    { is: "list" },
    { is: "text" },
    { is: "decimal", scale },
    { is: "date" },
    { is: "time", perSecond: 1e3 },
    { is: "time", perSecond: 1e6 },
    MILLIS,
    { is: "timestamp", perSecond: 1e6 },
    integer(8, false),
    integer(16, false),
    integer(32, false),
    integer(64, false),
    integer(8, true),
    integer(16, true),
    integer(32, true),
    integer(64, true),
    { is: "text" },
    { is: "binary" },
    { is: "interval" },
  ];
  return all[converted];
}

function logicalType(reader: ThriftReader): Meaning | undefined {
  let meaning: Meaning | undefined;
  reader.struct((id) => {
    if (id === 5) meaning = { is: "decimal", scale: integers(reader)[1] ?? 0 };
    else if (id === 7) meaning = { is: "time", perSecond: unitOf(reader) };
    else if (id === 8) meaning = { is: "timestamp", perSecond: unitOf(reader) };
    else if (id === 10) meaning = integerType(reader);
    else {
      meaning = PLAIN_TYPES[id];
      return false;
    }
    return true;
  });
  return meaning;
}

const PLAIN_TYPES: Readonly<Record<number, Meaning>> = {
  1: { is: "text" },
  2: { is: "map" },
  3: { is: "list" },
  4: { is: "text" },
  6: { is: "date" },
  12: { is: "text" },
  13: { is: "binary" },
  14: { is: "uuid" },
  15: { is: "float16" },
};

/** Whole numbers of a structure that has nothing else, by field. */
function integers(reader: ThriftReader): Record<number, number> {
  const all: Record<number, number> = {};
  reader.struct((id) => {
    all[id] = reader.integer();
    return true;
  });
  return all;
}

function unitOf(reader: ThriftReader): number {
  let perSecond = 1e3;
  reader.struct((id) => {
    if (id !== 2) return false;
    reader.struct((unit) => {
      perSecond = unit === 1 ? 1e3 : unit === 2 ? 1e6 : 1e9;
      return false;
    });
    return true;
  });
  return perSecond;
}

function integerType(reader: ThriftReader): Meaning {
  let bits = 64;
  let signed = true;
  reader.struct((id, type) => {
    if (id === 1) bits = reader.byte();
    else if (id === 2 && (type === TRUE || type === FALSE)) signed = type === TRUE;
    else return false;
    return true;
  });
  return { is: "integer", bits, signed };
}

function rowGroup(reader: ThriftReader): RowGroup {
  const columns: ColumnChunk[] = [];
  let rows = 0;
  reader.struct((id) => {
    if (id === 1) reader.list(() => columns.push(columnChunk(reader)));
    else if (id === 3) rows = reader.integer();
    else return false;
    return true;
  });
  return { rows, columns };
}

function columnChunk(reader: ThriftReader): ColumnChunk {
  let column = { codec: 0, values: 0, start: 0, size: 0, type: -1 };
  let encrypted = false;
  let elsewhere = false;
  reader.struct((id) => {
    encrypted ||= id === 8 || id === 9;
    elsewhere ||= id === 1;
    if (id !== 3) return false;
    column = columnMetadata(reader);
    return true;
  });
  return { ...column, encrypted, elsewhere };
}

function columnMetadata(reader: ThriftReader): Omit<ColumnChunk, "encrypted" | "elsewhere"> {
  const numbers: Record<number, number> = {};
  reader.struct((id) => {
    if (id !== 1 && (id < 4 || id > 11 || id === 8)) return false;
    numbers[id] = reader.integer();
    return true;
  });
  const data = numbers[9] ?? 0;
  const dictionary = numbers[11] ?? 0;
  // Some writers say 0 for a dictionary that isn't there, or one that comes first without saying so.
  const start = dictionary > 0 ? Math.min(dictionary, data) : data;
  return { codec: numbers[4] ?? 0, values: numbers[5] ?? 0, start, size: numbers[7] ?? 0, type: numbers[1] ?? -1 };
}

/** Page types by number. */
export const DATA_PAGE = 0;
export const DICTIONARY_PAGE = 2;
export const DATA_PAGE_V2 = 3;

export interface PageHeader {
  readonly type: number;
  /** Bytes of the header itself. */
  readonly headerBytes: number;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly crc: number | undefined;
  readonly values: number;
  readonly encoding: number;
  readonly levelEncodings: readonly number[];
  /** Of version 2: bytes of levels that aren't compressed, and whether the rest is. */
  readonly definitionBytes: number;
  readonly repetitionBytes: number;
  readonly packed: boolean;
}

/** Fails with a ThriftEnd when there are too few bytes. */
export function readPageHeader(bytes: Uint8Array): PageHeader {
  const reader = new ThriftReader(bytes);
  const own: Record<number, number> = {};
  let page: Record<number, number> = {};
  let packed = true;
  reader.struct((id) => {
    if (id <= 4) own[id] = reader.integer();
    else if (id === 5 || id === 7) page = pageNumbers(reader);
    else if (id === 8) {
      page = pageNumbers(reader, (type) => {
        packed = type === TRUE;
      });
    } else return false;
    return true;
  });
  const type = own[1] ?? -1;
  const second = type === DATA_PAGE_V2;
  return {
    type,
    headerBytes: reader.at,
    bytes: own[2] ?? -1,
    packedBytes: own[3] ?? -1,
    crc: own[4] === undefined ? undefined : own[4] >>> 0,
    values: page[1] ?? 0,
    encoding: (second ? page[4] : page[2]) ?? -1,
    levelEncodings: type === DATA_PAGE ? [page[3] ?? -1, page[4] ?? -1] : [],
    definitionBytes: second ? (page[5] ?? 0) : 0,
    repetitionBytes: second ? (page[6] ?? 0) : 0,
    packed,
  };
}

/** The whole numbers of a page's own header; `onTruth` is told of its one truth value. */
function pageNumbers(reader: ThriftReader, onTruth?: (type: number) => void): Record<number, number> {
  const numbers: Record<number, number> = {};
  reader.struct((id, type) => {
    if (type === TRUE || type === FALSE) {
      onTruth?.(type);
      return true;
    }
    if (id > 6) return false;
    if (type < 4 || type > 6) return false;
    numbers[id] = reader.integer();
    return true;
  });
  return numbers;
}
