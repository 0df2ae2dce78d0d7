import { ipVersion } from "../../bytes/ip.ts";
import { isPlausibleTime } from "../../bytes/iso-time.ts";
import type { ConstantValue } from "../document-template.ts";
import { isAbsent, latin1 } from "../fields/text.ts";
import { type Layout, LayoutValues, type LeafType } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { type Column, type ColumnOrder, Columns } from "./columns.ts";
import type { Format, ParseResult } from "./format.ts";
import { Tokens } from "./tokens.ts";

/** How a line falls into columns; false when it doesn't. */
export type Split = (tokens: Tokens, bytes: Uint8Array, from: number, to: number) => boolean;

export const atSpaces: Split = (tokens, bytes, from, to) => tokens.split(bytes, from, to);
export const atSpacesAndBrackets: Split = (tokens, bytes, from, to) => tokens.splitBracketed(bytes, from, to);
export const atTabs: Split = (tokens, bytes, from, to) => tokens.splitAt(0x09, bytes, from, to);
export const atBars: Split = (tokens, bytes, from, to) => tokens.splitAt(0x7c, bytes, from, to);

/** A format whose records are lines of columns. */
export interface LineSpec
  extends Pick<Format, "name" | "rank" | "dataset" | "keys" | "logs" | "inLogs" | "constantsOf"> {
  readonly constants?: Readonly<Record<string, ConstantValue>>;
  /** The columns in their order, and what becomes of them as they are. */
  readonly columns: readonly Column[];
  /** How few columns a line may have, and how many. */
  readonly fewest: number;
  readonly most?: number;
  readonly split?: Split;
  /** A look at the bytes before the line is split, to pass over others' quickly. */
  begins?(bytes: Uint8Array, from: number, to: number): boolean;
  /** Whether the columns are what they must be, beside the time. */
  fits?(line: Line): boolean;
  /** Milliseconds since the epoch; NaN: the line is none of this format. */
  time(line: Line): number;
  /** The fields that aren't columns, and their types. */
  readonly derived?: Readonly<Record<string, LeafType>>;
  /** Fields that the line knows better than the place it came from. */
  readonly overrides?: readonly string[];
  /** Called once for a parser; what it gives is called for each line, after its columns were copied. */
  derive?(layout: Layout): (line: Line) => void;
}

/** The line under way, by the names of its columns. Reused from line to line. */
export class Line {
  readonly tokens: Tokens = new Tokens();
  readonly values: LayoutValues;
  bytes: Uint8Array = new Uint8Array(0);
  order: ColumnOrder;

  constructor(columns: Columns) {
    this.values = new LayoutValues(columns.layout);
    this.order = columns.usual;
  }

  /** Where a column begins; as `to`, 0 when the line doesn't have it. */
  from(name: string): number {
    return this.#place(name, this.tokens.from);
  }

  to(name: string): number {
    return this.#place(name, this.tokens.to);
  }

  #place(name: string, places: Int32Array): number {
    const token = this.order.token(name);
    return token < 0 || token >= this.tokens.count ? 0 : (places[token] as number);
  }

  /** False for `-`, for nothing, and for what the line doesn't have. */
  has(name: string): boolean {
    return !isAbsent(this.bytes, this.from(name), this.to(name));
  }

  /** Each byte a character; undefined when there is none. */
  text(name: string): string | undefined {
    return this.has(name) ? latin1(this.bytes, this.from(name), this.to(name)) : undefined;
  }

  /** 4 or 6 when the column is an IP address, else 0. */
  ip(name: string): 0 | 4 | 6 {
    return ipVersion(this.bytes, this.from(name), this.to(name));
  }

  /** Sets a field to ready JSON, or the inside of a JSON string; undefined takes it away. */
  set(field: string, text: string | undefined): void {
    const slot = this.values.layout.slot(field);
    this.values.to[slot] = -1;
    this.values.text[slot] = text;
  }

  /** Sets a field to bytes of the line. */
  span(field: string, from: number, to: number): void {
    this.values.span(this.values.layout.slot(field), from, to);
  }
}

/** One declarative file makes a format: tables and a parser are built when the first of its lines is read. */
export function lineFormat(spec: LineSpec): Format {
  let columns: Columns | undefined;
  const built = (): Columns => {
    columns ??= new Columns(spec.columns, spec.derived ?? {}, spec.overrides ?? []);
    return columns;
  };
  const {
    begins,
    fits,
    time,
    fewest,
    most,
    derive,
    split,
    columns: _columns,
    derived: _derived,
    overrides: _,
    ...own
  } = spec;
  return {
    ...own,
    constants: spec.constants ?? {},
    shape: "line",
    get layout(): Layout {
      return built().layout;
    },
    detect: ({ head }) => {
      if (begins?.(head, 0, head.length) === false) return false;
      const reader = new LineReader(spec, built());
      return reader.split(head, 0, head.length) && !Number.isNaN(reader.time());
    },
    parser: ({ fields }) => {
      const reader = new LineReader(spec, built());
      return fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
    },
  };
}

class LineReader {
  readonly #spec: LineSpec;
  readonly #line: Line;
  readonly #split: Split;
  readonly #derive: ((line: Line) => void) | undefined;

  constructor(spec: LineSpec, columns: Columns) {
    this.#spec = spec;
    this.#line = new Line(columns);
    this.#split = spec.split ?? atSpaces;
    this.#derive = spec.derive?.(columns.layout);
  }

  split(bytes: Uint8Array, from: number, to: number): boolean {
    const { fewest, most = Number.POSITIVE_INFINITY } = this.#spec;
    const { tokens } = this.#line;
    this.#line.bytes = bytes;
    return this.#split(tokens, bytes, from, to) && tokens.count >= fewest && tokens.count <= most;
  }

  time(): number {
    return this.#spec.fits?.(this.#line) === false ? Number.NaN : this.#spec.time(this.#line);
  }

  parse(record: RecordCursor): ParseResult {
    const line = this.#line;
    const { values, tokens } = line;
    if (this.parseTime(record) === "unparsed") return "unparsed";
    values.clear();
    // All quotes in the line are those around columns, and nothing else needs an escape.
    values.plain = record.quotes === 2 * tokens.quoted;
    line.order.copy(record.bytes, tokens, values);
    this.#derive?.(line);
    record.values = values;
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    if (this.#spec.begins?.(record.bytes, record.from, record.to) === false) return "unparsed";
    if (!this.split(record.bytes, record.from, record.to)) return "unparsed";
    const time = this.time();
    if (!isPlausibleTime(time)) return "unparsed";
    record.timestamp = time;
    record.timestampFrom = "record";
    return "record";
  }
}
