import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import { isoMillis, isoSecond, isPlausibleTime } from "../../bytes/iso-time.ts";
import { parseClfTime, parseEpochTime, parseIsoTime } from "../../bytes/log-time.ts";
import type { ConstantValue } from "../document-template.ts";
import { isAbsent, isDecimal, isWholeNumber, latin1, utf8 } from "../fields/text.ts";
import type { Layout, LeafType } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { Event } from "./event.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";
import { type Aliases, JsonFields, type Member, type MemberKind } from "./json-fields.ts";
import { parseExactly, scanObject } from "./json-object.ts";
import { JsonScanner } from "./json-scanner.ts";

const QUOTE = 0x22;
const HYPHEN = 0x2d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

/** A format whose records are JSON objects. */
export interface JsonSpec
  extends Pick<
    Format,
    "name" | "rank" | "dataset" | "keys" | "logs" | "inLogs" | "constantsOf" | "otel" | "framing" | "detectDocument"
  > {
  readonly constants?: Readonly<Record<string, ConstantValue>>;
  /** A function: made when the first record is read. */
  readonly members: readonly Member[] | (() => readonly Member[]);
  /** Other names of members. An object has one or the other. */
  readonly aliases?: Aliases;
  /** Members that `derive` looks at, beside those that become fields. */
  readonly others?: readonly string[];
  /** The members that the time is taken from: the first that is one; or its milliseconds. NaN: the record is none of this format. */
  readonly time: readonly string[] | ((event: JsonEvent) => number);
  /** Records without a time of their own are of this format, too. */
  readonly timeless?: true;
  /** Whether the members of a first record are this format's for certain: name → the bytes from its value on. */
  detects(members: ReadonlyMap<string, Uint8Array>, hint: FormatHint): boolean;
  /** Whether a record is of this format: asked for each. */
  fits?(event: JsonEvent): boolean;
  /** The fields that are no members, and their types. */
  readonly derived?: Readonly<Record<string, LeafType>>;
  /** Fields that the event knows better than the place it came from. */
  readonly overrides?: readonly string[];
  /** Called once for a parser; what it gives is called for each event, after its members were copied. */
  derive?(layout: Layout): (event: JsonEvent) => void;
}

/** The object under way, by the paths of its members. Reused from object to object. */
export class JsonEvent extends Event {
  readonly #fields: JsonFields;
  /** Where its members are found, by their places. */
  readonly scanner: JsonScanner;
  readonly #taken: boolean;
  #from = 0;
  #to = 0;

  /** `whole`: documents take over the object as it is, not just its members. */
  constructor(fields: JsonFields, whole = false) {
    super(fields.layout);
    this.#fields = fields;
    this.#taken = whole || fields.copies.some(({ kind }) => kind === "json");
    this.scanner = new JsonScanner(fields.table, -1, this.#taken);
  }

  /** False when the record is no JSON object. */
  scan(record: RecordCursor): boolean {
    const found = this.#taken
      ? scanObject(record, this.scanner)
      : this.scanner.scan(record.bytes, record.from, record.to);
    this.bytes = record.bytes;
    this.#from = record.from;
    this.#to = record.to;
    return found;
  }

  /** Takes members away, as if the object didn't have them. */
  forget(paths: readonly string[]): void {
    for (const path of paths) this.scanner.to[this.#fields.place(path)] = -1;
  }

  /** Where a member's value begins; means nothing when `to` is -1. */
  from(path: string): number {
    return this.scanner.from[this.#fields.place(path)] ?? 0;
  }

  /** -1 when it isn't there. */
  to(path: string): number {
    return this.scanner.to[this.#fields.place(path)] ?? -1;
  }

  /** False for null, `"-"`, and an empty text, object or array, too. */
  has(path: string): boolean {
    const from = this.from(path);
    const to = this.to(path);
    const first = this.bytes[from];
    if (to <= from || first === LOWER_N) return false;
    return first === QUOTE ? !isAbsent(this.bytes, from + 1, to - 1) : to - from !== 2 || !isOpening(first);
  }

  /** An empty one, too. */
  isText(path: string): boolean {
    return this.to(path) > 0 && this.bytes[this.from(path)] === QUOTE;
  }

  /** The inside of a text as it stands in JSON, each byte a character; a number or boolean as its text. */
  inside(path: string): string | undefined {
    const from = this.from(path);
    const to = this.to(path);
    const first = this.bytes[from];
    if (!this.has(path) || isOpening(first)) return undefined;
    return first === QUOTE ? latin1(this.bytes, from + 1, to - 1) : latin1(this.bytes, from, to);
  }

  /** A text as it is meant. */
  text(path: string): string | undefined {
    const inside = this.inside(path);
    if (inside === undefined) return undefined;
    const text = Buffer.from(inside, "latin1").toString("utf8");
    return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
  }

  /** The object itself, parsed by `parseExactly`. */
  whole(): unknown {
    return parsed(this.bytes, this.#from, this.#to);
  }

  /** Any value, parsed by `parseExactly`; undefined when it isn't there. */
  value(path: string): unknown {
    const to = this.to(path);
    return to < 0 ? undefined : parsed(this.bytes, this.from(path), to);
  }

  /** 4 or 6 when it is an IP address, else 0. */
  ip(path: string): 0 | 4 | 6 {
    return this.to(path) < 0 ? 0 : ipVersion(this.bytes, this.from(path) + 1, this.to(path) - 1);
  }

  /** Milliseconds since the epoch; NaN for what is no time. */
  time(path: string): number {
    const to = this.to(path);
    if (to < 0) return Number.NaN;
    const inset = this.bytes[this.from(path)] === QUOTE ? 1 : 0;
    return timeIn(this.bytes, this.from(path) + inset, to - inset);
  }

  /** The members that become fields as they are. */
  copy(): void {
    const { bytes, values } = this;
    values.clear();
    values.escaped = true;
    const { from: froms, to: tos } = this.scanner;
    for (const { place, slot, kind } of this.#fields.copies) {
      const to = tos[place] as number;
      if (to < 0) continue;
      const from = froms[place] as number;
      // What most are.
      if (kind !== "keyword" || bytes[from] !== QUOTE) this.#copy(kind, slot, from, to);
      else if (!isAbsent(bytes, from + 1, to - 1)) values.span(slot, from + 1, to - 1);
    }
  }

  #copy(kind: MemberKind, slot: number, from: number, to: number): void {
    const { bytes, values } = this;
    const first = bytes[from];
    const quoted = first === QUOTE;
    const inset = quoted ? 1 : 0;
    if (first === LOWER_N || (quoted && isAbsent(bytes, from + 1, to - 1))) return;
    switch (kind) {
      case "keyword":
        if (first !== OPEN_BRACE && first !== OPEN_BRACKET) values.span(slot, from + inset, to - inset);
        return;
      case "long":
        if (isInteger(bytes, from + inset, to - inset)) values.span(slot, from + inset, to - inset);
        return;
      case "double":
        if (quoted ? isDecimal(bytes, from + 1, to - 1) : isNumber(first)) values.span(slot, from + inset, to - inset);
        return;
      case "boolean":
        if (first === LOWER_T || first === LOWER_F) values.span(slot, from, to);
        return;
      case "ip":
        if (quoted && ipVersion(bytes, from + 1, to - 1) !== 0) values.span(slot, from + 1, to - 1);
        return;
      case "time": {
        const ms = timeIn(bytes, from + inset, to - inset);
        if (isPlausibleTime(ms)) values.text[slot] = ms % 1000 === 0 ? isoSecond(ms / 1000) : isoMillis(ms);
        return;
      }
      case "json":
        if ((first === OPEN_BRACE || first === OPEN_BRACKET) && to - from > 2) values.span(slot, from, to);
        return;
      case "jsonText":
        if (to - from > 2) values.span(slot, from, to);
    }
  }
}

function parsed(bytes: Uint8Array, from: number, to: number): unknown {
  return parseExactly(utf8(bytes, from, to));
}

function isOpening(byte: number | undefined): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** Whole, and such that a long holds it. */
function isInteger(bytes: Uint8Array, from: number, to: number): boolean {
  return isWholeNumber(bytes, bytes[from] === HYPHEN ? from + 1 : from, to);
}

function isNumber(first: number | undefined): boolean {
  return first === HYPHEN || (first !== undefined && first >= 0x30 && first <= 0x39);
}

function timeIn(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 10) return Number.NaN;
  if (bytes[from + 4] === HYPHEN) return parseIsoTime(bytes, from, to);
  // `06\/Feb\/2019`: the slashes may be escaped.
  if (bytes[from + 2] === BACKSLASH) {
    const text = Buffer.from(latin1(bytes, from, to).replaceAll("\\/", "/"), "latin1");
    return parseClfTime(text, 0, text.length);
  }
  return bytes[from + 2] === 0x2f ? parseClfTime(bytes, from, to) : parseEpochTime(bytes, from, to);
}

/** One declarative file makes a format: tables and a parser are built when the first of its records is read. */
export function jsonFormat(spec: JsonSpec): Format {
  let fields: JsonFields | undefined;
  const built = (): JsonFields => {
    const { members, others = [], time, derived = {}, overrides, aliases } = spec;
    fields ??= new JsonFields(
      typeof members === "function" ? members() : members,
      [...others, ...(typeof time === "function" ? [] : time)],
      derived,
      overrides,
      aliases,
    );
    return fields;
  };
  return {
    ...spec,
    constants: spec.constants ?? {},
    shape: "object",
    get layout(): Layout {
      return built().layout;
    },
    detect: (hint) => spec.detects(hint.members, hint),
    parser: ({ fields: wanted }) => {
      const reader = new JsonReader(spec, built());
      return wanted ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
    },
  };
}

class JsonReader {
  readonly #spec: JsonSpec;
  readonly #event: JsonEvent;
  readonly #derive: ((event: JsonEvent) => void) | undefined;

  constructor(spec: JsonSpec, fields: JsonFields) {
    this.#spec = spec;
    this.#event = new JsonEvent(fields);
    this.#derive = spec.derive?.(fields.layout);
  }

  parse(record: RecordCursor): ParseResult {
    if (this.parseTime(record) === "unparsed") return "unparsed";
    this.#event.copy();
    this.#derive?.(this.#event);
    record.values = this.#event.values;
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    const { timeless, fits } = this.#spec;
    if (!this.#event.scan(record) || fits?.(this.#event) === false) return "unparsed";
    const ms = this.#time();
    if (!isPlausibleTime(ms)) return timeless === true ? "record" : "unparsed";
    record.timestamp = ms;
    record.timestampFrom = "record";
    return "record";
  }

  #time(): number {
    const { time } = this.#spec;
    if (typeof time === "function") return time(this.#event);
    for (const path of time) {
      const ms = this.#event.time(path);
      if (isPlausibleTime(ms)) return ms;
    }
    return Number.NaN;
  }
}
