import { isPlausibleTime } from "../../bytes/iso-time.ts";
import { parseEpochTime, parseIsoTime } from "../../bytes/log-time.ts";
import { CSV, type Dialect } from "../../framing/csv.ts";
import { jsonInside } from "../fields/text.ts";
import { Layout, LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { Cells } from "./csv-cells.ts";
import type { ParseResult, ParserOptions } from "./format.ts";

/** Columns of a table, at most: each becomes a field, and few sinks take more of those. */
export const MAX_COLUMNS = 1000;

/** How a table is written, and what its columns are called: as the first row says, by their numbers, or by these names. */
export interface Table extends Dialect {
  readonly header: boolean | readonly string[];
}

const TIME_NAMES: readonly string[] = ["@timestamp", "timestamp", "time", "ts", "eventtime", "date"];

/** Rows of a table as records: each cell a text under the name of its column. */
export class CsvRows {
  readonly #options: ParserOptions;
  readonly #table: Table;
  readonly #cells: Cells;
  #columns: Columns | undefined;
  /** The first row names the columns, but not in a way that can be used. */
  #broken = false;

  constructor(options: ParserOptions, usual: Dialect = CSV) {
    this.#options = options;
    this.#table = { ...usual, header: true, ...options.table };
    this.#cells = new Cells(this.#table);
    const { header } = this.#table;
    if (typeof header !== "boolean") this.#name(header);
  }

  parse(record: RecordCursor): ParseResult {
    const { bytes, from, to } = record;
    if (!this.#cells.split(bytes, from, to, this.#columns?.names.length ?? MAX_COLUMNS) || this.#broken) {
      this.#broken ||= this.#columns === undefined;
      return "unparsed";
    }
    if (this.#columns === undefined && this.#table.header === true) {
      this.#name(this.#texts(bytes));
      return "skip";
    }
    const columns = this.#columns ?? this.#name(Array.from({ length: this.#cells.count }, () => ""));
    this.#setTime(record, columns);
    if (this.#options.fields) this.#setFields(record, columns);
    return "record";
  }

  #name(names: readonly string[]): Columns {
    const columns = new Columns(names, this.#options);
    this.#columns = columns;
    if (this.#options.fields) this.#options.setLayout?.(columns.layout);
    return columns;
  }

  #texts(bytes: Uint8Array): string[] {
    return Array.from({ length: this.#cells.count }, (_, cell) => this.#cells.text(cell, bytes));
  }

  #setFields(record: RecordCursor, { values, message }: Columns): void {
    const { bytes } = record;
    const { from, to, count, rough, quoted, anyRough } = this.#cells;
    values.clear();
    // All quotes in the row are those around cells, and nothing else needs an escape.
    values.plain = !anyRough && record.quotes === 2 * quoted;
    for (let cell = 0; cell < count; cell++) {
      if (rough[cell] === 1) values.text[cell] = jsonInside(this.#cells.text(cell, bytes));
      else if (!this.#cells.isEmpty(cell, bytes)) values.span(cell, from[cell] as number, to[cell] as number);
    }
    record.values = values;
    if (message >= 0 && message < count && !this.#cells.isEmpty(message, bytes))
      record.messageText = this.#cells.text(message, bytes);
  }

  /** The first of the columns that has one. */
  #setTime(record: RecordCursor, { times }: Columns): void {
    const { from, to, count } = this.#cells;
    for (const cell of times) {
      if (cell >= count) continue;
      const ms = timeIn(record.bytes, from[cell] as number, to[cell] as number);
      if (!isPlausibleTime(ms)) continue;
      record.timestamp = ms;
      record.timestampFrom = "record";
      return;
    }
  }
}

class Columns {
  readonly names: readonly string[];
  readonly layout: Layout;
  readonly values: LayoutValues;
  /** Those in which the time is looked for. */
  readonly times: readonly number[];
  /** The one that is the message; -1: the row is. */
  readonly message: number;

  constructor(given: readonly string[], { timestampField, messageField }: ParserOptions) {
    const isTime = (name: string): boolean =>
      timestampField === undefined ? TIME_NAMES.includes(name.toLowerCase()) : name === timestampField;
    this.names = fieldNames(given);
    this.layout = new Layout(Object.fromEntries(this.names.map((name) => [`csv.${name}`, "keyword" as const])));
    this.values = new LayoutValues(this.layout);
    this.times = this.names.flatMap((name, cell) => (isTime(name) ? [cell] : []));
    this.message = messageField === undefined ? -1 : this.names.indexOf(messageField);
  }
}

/** Names that fields can have: a column without one is called by its number, the second of the same name `name_2`. */
function fieldNames(given: readonly string[]): string[] {
  const names = new Set<string>();
  given.forEach((text, cell) => {
    const plain = text
      .split(".")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .join(".");
    const name = plain === "" ? `column_${cell + 1}` : plain;
    let own = name;
    for (let n = 2; names.has(own); n++) own = `${name}_${n}`;
    names.add(own);
  });
  return [...names];
}

function timeIn(bytes: Uint8Array, from: number, to: number): number {
  const ms = parseIsoTime(bytes, from, to);
  return Number.isNaN(ms) ? parseEpochTime(bytes, from, to) : ms;
}
