import { isPlausibleTime } from "../../bytes/iso-time.ts";
import type { ConstantValue } from "../document-template.ts";
import { Layout, type LeafType } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";
import { TextLine } from "./text-line.ts";

/** A format whose records are lines of text that are read from left to right. */
export interface TextSpec
  extends Pick<Format, "name" | "rank" | "dataset" | "keys" | "logs" | "inLogs" | "constantsOf" | "otel" | "framing"> {
  readonly constants?: Readonly<Record<string, ConstantValue>>;
  readonly fields: Readonly<Record<string, LeafType>>;
  /** Fields that the line knows better than the place it came from. */
  readonly overrides?: readonly string[];
  /**
   * Reads the line up to its time and behind it. Milliseconds since the epoch; undefined: of this format, without a time;
   * NaN: of another. A time in a zone that isn't named is set aside for that of a log event.
   */
  time(line: TextLine): number | undefined;
  /** Lines that are no records: headers. Asked where no time was found. */
  skips?(line: TextLine): boolean;
  /** Sets the fields from what follows; false: the line is none of this format. */
  read(line: TextLine): boolean;
  /** For what is known by more than one line being readable. */
  detects?(hint: FormatHint): boolean;
}

/** One declarative file makes a format: its layout and a parser are built when the first of its lines is read. */
export function textFormat(spec: TextSpec): Format {
  let built: Layout | undefined;
  const layout = (): Layout => {
    built ??= new Layout(spec.fields, spec.overrides);
    return built;
  };
  return {
    ...spec,
    constants: spec.constants ?? {},
    shape: "line",
    get layout(): Layout {
      return layout();
    },
    detect: (hint) => {
      if (spec.detects?.(hint) === false) return false;
      const reader = new TextReader(spec, layout());
      return reader.isCertain(hint.head);
    },
    parser: ({ fields }) => {
      const reader = new TextReader(spec, layout());
      return fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
    },
  };
}

/** What dates without a year are near to when it doesn't matter: in a leap year. */
const LEAP_DAY = Date.UTC(2028, 1, 29);

class TextReader {
  readonly #spec: TextSpec;
  readonly #line: TextLine;

  constructor(spec: TextSpec, layout: Layout) {
    this.#spec = spec;
    this.#line = new TextLine(layout);
  }

  /** A line with a time of its own. */
  isCertain(bytes: Uint8Array): boolean {
    this.#line.start({ bytes, from: 0, to: bytes.length, timestamp: LEAP_DAY });
    this.#line.values.clear();
    return isPlausibleTime(this.#spec.time(this.#line) ?? Number.NaN) && this.#spec.read(this.#line);
  }

  parse(record: RecordCursor): ParseResult {
    const line = this.#line;
    line.start(record);
    const time = this.#spec.time(line);
    line.values.clear();
    if (!fits(time)) return this.#other(record);
    if (!this.#spec.read(line)) return "unparsed";
    this.#setTime(record, time);
    record.values = line.values;
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    this.#line.start(record);
    const time = this.#spec.time(this.#line);
    if (!fits(time)) return this.#other(record);
    this.#setTime(record, time);
    return "record";
  }

  #other(record: RecordCursor): ParseResult {
    this.#line.start(record);
    return this.#spec.skips?.(this.#line) === true ? "skip" : "unparsed";
  }

  #setTime(record: RecordCursor, time: number | undefined): void {
    if (time === undefined || (!this.#line.clock.zoned && record.timestampFrom === "record")) return;
    record.timestamp = time;
    record.timestampFrom = "record";
  }
}

function fits(time: number | undefined): boolean {
  return time === undefined || isPlausibleTime(time);
}
