import type { ByteWriter } from "@sluice/core";
import type { ColumnCursor } from "./column.ts";
import type { Field } from "./schema.ts";

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const SPACE = 0x20;
const HYPHEN = 0x2d;

/** Writes the next row of all columns. */
export type WriteRow = (out: ByteWriter) => void;

/** As a JSON object, without the fields that have no value. */
export function jsonRow(fields: readonly Field[], columns: readonly ColumnCursor[]): WriteRow {
  const writer = new JsonWriter(columns);
  return (out) => writer.struct(fields, out);
}

/** As a line: values separated by spaces, `-` where there is none. For columns that are neither nested nor repeated. */
export function textRow(columns: readonly ColumnCursor[]): WriteRow {
  return (out) => {
    columns.forEach((column, i) => {
      if (i > 0) out.byte(SPACE);
      const before = out.length;
      if (column.isThere) column.write(out);
      else column.skip();
      if (out.length === before) out.byte(HYPHEN);
    });
  };
}

class JsonWriter {
  readonly #columns: readonly ColumnCursor[];

  constructor(columns: readonly ColumnCursor[]) {
    this.#columns = columns;
  }

  struct(fields: readonly Field[], out: ByteWriter): void {
    out.byte(OPEN_BRACE);
    let first = true;
    for (const field of fields) {
      if (!this.#isThere(field)) {
        this.#skip(field);
        continue;
      }
      if (!first) out.byte(COMMA);
      first = false;
      out.bytes(field.key);
      this.#value(field, out);
    }
    out.byte(CLOSE_BRACE);
  }

  #isThere({ first, def }: Field): boolean {
    return this.#column(first).def >= def;
  }

  /** What isn't there has one entry in each of its columns, which says so. */
  #skip({ first, end }: Field): void {
    for (let i = first; i < end; i++) this.#column(i).skip();
  }

  #value(field: Field, out: ByteWriter): void {
    if (field.kind === "leaf") this.#column(field.first).write(out);
    else if (field.kind === "struct") this.struct(field.fields, out);
    else if (field.kind === "list") this.#list(field, out);
    else this.#map(field, out);
  }

  #orNull(field: Field, out: ByteWriter): void {
    if (this.#isThere(field)) {
      this.#value(field, out);
      return;
    }
    this.#skip(field);
    out.ascii("null");
  }

  #list(field: Extract<Field, { kind: "list" }>, out: ByteWriter): void {
    out.byte(OPEN_BRACKET);
    this.#each(field, out, () => this.#orNull(field.element, out));
    out.byte(CLOSE_BRACKET);
  }

  #map(field: Extract<Field, { kind: "map" }>, out: ByteWriter): void {
    out.byte(OPEN_BRACE);
    this.#each(field, out, () => {
      this.#name(field.mapKey, out);
      out.byte(COLON);
      this.#orNull(field.mapValue, out);
    });
    out.byte(CLOSE_BRACE);
  }

  /** Names in JSON are strings, whatever the keys are. */
  #name(key: Field, out: ByteWriter): void {
    const from = out.length;
    this.#orNull(key, out);
    if (out.buffer[from] === QUOTE) return;
    const text = out.view(from).toString("latin1");
    out.truncate(from);
    out.ascii(`"${text}"`);
  }

  #each(field: Extract<Field, { kind: "list" | "map" }>, out: ByteWriter, write: () => void): void {
    const column = this.#column(field.first);
    if (column.def < field.elementDef) {
      this.#skip(field);
      return;
    }
    for (let first = true; first || column.rep === field.elementRep; first = false) {
      if (!first) out.byte(COMMA);
      write();
    }
  }

  #column(index: number): ColumnCursor {
    return this.#columns[index] as ColumnCursor;
  }
}
