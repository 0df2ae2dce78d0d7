import { ipVersion } from "../../bytes/ip.ts";
import { isPlausibleTime } from "../../bytes/iso-time.ts";
import type { ConstantValue } from "../document-template.ts";
import { isAbsent, utf8 } from "../fields/text.ts";
import type { Layout, LeafType } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { type Column, type ColumnOrder, Columns } from "./columns.ts";
import { Event } from "./event.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";
import { Tokens } from "./tokens.ts";

const HASH = 0x23;

/** How a line falls into columns; false when it doesn't. */
export type Split = (tokens: Tokens, bytes: Uint8Array, from: number, to: number) => boolean;

export const atSpaces: Split = (tokens, bytes, from, to) => tokens.split(bytes, from, to);
export const atSpacesAndBrackets: Split = (tokens, bytes, from, to) => tokens.splitBracketed(bytes, from, to);
export const atTabs: Split = (tokens, bytes, from, to) => tokens.splitAt(0x09, bytes, from, to);
export const atBars: Split = (tokens, bytes, from, to) => tokens.splitAt(0x7c, bytes, from, to);

/** A format whose records are lines of columns. */
export interface LineSpec
  extends Pick<
    Format,
    "name" | "rank" | "dataset" | "keys" | "logs" | "inLogs" | "constantsOf" | "otel" | "framing" | "detectDocument"
  > {
  readonly constants?: Readonly<Record<string, ConstantValue>>;
  /** The columns in their order, and what becomes of them as they are; a function: made when the first line is read. */
  readonly columns: readonly Column[] | (() => readonly Column[]);
  /** How few columns a line may have, and how many. */
  readonly fewest: number;
  readonly most?: number;
  readonly split?: Split;
  /**
   * Lines that begin with # say what follows (W3C Extended Log File Format): `#Fields:` what the columns are, `#Date:` the day.
   * What it names and `columns` doesn't, keeps its place.
   */
  readonly directives?: true;
  /** The config may say what the columns are: of those above, or any. */
  readonly chosen?: "known" | "any";
  /** A look at the bytes before the line is split, to pass over others' quickly. */
  begins?(bytes: Uint8Array, from: number, to: number): boolean;
  /** Whether the columns are what they must be, beside the time. */
  fits?(line: Line): boolean;
  /** Milliseconds since the epoch; NaN: the line is none of this format; undefined: it has no time of its own. */
  time(line: Line): number | undefined;
  /** Whether an object is of this format, where its first lines say more than one. */
  detects?(hint: FormatHint): boolean;
  /** The fields that aren't columns, and their types. */
  readonly derived?: Readonly<Record<string, LeafType>>;
  /** Fields that the line knows better than the place it came from. */
  readonly overrides?: readonly string[];
  /** Called once for a parser; what it gives is called for each line, after its columns were copied. */
  derive?(layout: Layout): (line: Line) => void;
}

/** A line, by the names of its columns. */
export class Line extends Event {
  readonly tokens: Tokens = new Tokens();
  readonly columns: Columns;
  /** By the line that named them last, or as they usually are. */
  order: ColumnOrder;
  named = false;
  exact = false;
  /** What the last `#Date:` said. */
  date: string | undefined;

  constructor(columns: Columns) {
    super(columns.layout);
    this.columns = columns;
    this.order = columns.usual;
  }

  /** Lines have these columns from now on; `exactly`: no line has fewer. */
  name(columns: readonly string[], exactly = false): void {
    this.order = this.columns.order(columns);
    this.named = true;
    this.exact = exactly;
  }

  /** Whether lines have the column at all. */
  hasColumn(name: string): boolean {
    return this.order.token(name) >= 0;
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

  /** False for `-`, too. */
  has(name: string): boolean {
    return !isAbsent(this.bytes, this.from(name), this.to(name));
  }

  text(name: string): string | undefined {
    return this.has(name) ? utf8(this.bytes, this.from(name), this.to(name)) : undefined;
  }

  ip(name: string): 0 | 4 | 6 {
    return ipVersion(this.bytes, this.from(name), this.to(name));
  }
}

/** One declarative file makes a format: tables and a parser are built when the first of its lines is read. */
export function lineFormat(spec: LineSpec): Format {
  let built: Columns | undefined;
  const columns = (): Columns => {
    built ??= new Columns(
      typeof spec.columns === "function" ? spec.columns() : spec.columns,
      spec.derived ?? {},
      spec.overrides ?? [],
    );
    return built;
  };
  return {
    ...spec,
    constants: spec.constants ?? {},
    shape: "line",
    get layout(): Layout {
      return columns().layout;
    },
    detect: (hint) => {
      if (spec.detects?.(hint) === true) return true;
      const { head } = hint;
      return spec.begins?.(head, 0, head.length) !== false && new LineReader(spec, columns()).isCertain(head);
    },
    ...(spec.chosen === undefined
      ? {}
      : { knowsColumn: (name: string): boolean => spec.chosen === "any" || columns().has(name) }),
    parser: ({ fields, columns: named }) => {
      const reader = new LineReader(spec, columns(), named);
      return fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
    },
  };
}

class LineReader {
  readonly #spec: LineSpec;
  readonly #line: Line;
  readonly #split: Split;
  readonly #derive: ((line: Line) => void) | undefined;

  constructor(spec: LineSpec, columns: Columns, named?: readonly string[]) {
    this.#spec = spec;
    this.#line = new Line(columns);
    if (named !== undefined) this.#line.name(named, true);
    this.#split = spec.split ?? atSpaces;
    this.#derive = spec.derive?.(columns.layout);
  }

  /** A line with a time of its own. */
  isCertain(head: Uint8Array): boolean {
    return this.#fits(head, 0, head.length) && isPlausibleTime(this.#spec.time(this.#line) ?? Number.NaN);
  }

  parse(record: RecordCursor): ParseResult {
    const result = this.parseTime(record);
    if (result !== "record") return result;
    const line = this.#line;
    const { values, tokens } = line;
    values.clear();
    // All quotes in the line are those around columns, and nothing else needs an escape.
    values.plain = record.quotes === 2 * tokens.quoted;
    line.order.copy(record.bytes, tokens, values);
    this.#derive?.(line);
    record.values = values;
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    const { bytes, from, to } = record;
    if (this.#spec.directives === true && bytes[from] === HASH) {
      this.#follow(utf8(bytes, from, to));
      return "skip";
    }
    const isOther = !this.#line.named && this.#spec.begins?.(bytes, from, to) === false;
    if (isOther || !this.#fits(bytes, from, to)) return "unparsed";
    const time = this.#spec.time(this.#line);
    if (time === undefined) return "record";
    if (!isPlausibleTime(time)) return "unparsed";
    record.timestamp = time;
    record.timestampFrom = "record";
    return "record";
  }

  #fits(bytes: Uint8Array, from: number, to: number): boolean {
    const { fewest, most = Number.POSITIVE_INFINITY, fits } = this.#spec;
    const line = this.#line;
    const { tokens } = line;
    line.bytes = bytes;
    if (!this.#split(tokens, bytes, from, to)) return false;
    const known = line.named ? line.order.names.length : most;
    const least = line.exact ? known : Math.min(fewest, known);
    return tokens.count >= least && tokens.count <= known && fits?.(line) !== false;
  }

  #follow(directive: string): void {
    const fields = fieldsOf(directive);
    const line = this.#line;
    if (fields !== undefined) line.name(fields);
    else if (directive.startsWith("#Date:")) line.date = directive.slice("#Date:".length).trim();
  }
}

/** Names in a `#Fields:` directive; undefined when it is another. */
export function fieldsOf(directive: string): readonly string[] | undefined {
  if (!directive.startsWith("#Fields:")) return undefined;
  return directive
    .slice("#Fields:".length)
    .trim()
    .split(/[ \t]+/);
}

/** Directives at an object's beginning, in the Extended Log File Format of W3C. */
export function directivesIn(start: Uint8Array): readonly string[] {
  if (start[0] !== HASH) return [];
  return utf8(start, 0, start.length)
    .split(/\r?\n/)
    .filter((line) => line.startsWith("#"));
}
