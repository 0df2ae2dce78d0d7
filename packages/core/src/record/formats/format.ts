import type { Framing } from "../../framing/content.ts";
import type { ConstantValue } from "../document-template.ts";
import type { Layout } from "../layout.ts";
import type { Origin } from "../origin.ts";
import type { RecordCursor } from "../record.ts";
import type { Table } from "./csv-rows.ts";
import { headMembers } from "./json-head.ts";

/** Bytes that the members of a first record are looked for in. */
const MEMBER_BYTES = 64 * 1024;

export interface HintParts {
  /** Of the object. */
  readonly key?: string | undefined;
  readonly logGroup?: string | undefined;
  readonly logStream?: string | undefined;
  /** The first frame that isn't blank; when the framing is asked for, the first bytes of the object (at most 4 KiB). */
  readonly head: Uint8Array;
  /** The first bytes of the object, where the head is its first frame. */
  readonly start?: Uint8Array | undefined;
}

/** What a format may judge by before the first record: where the bytes came from, and how they begin. */
export class FormatHint implements HintParts {
  readonly key: string | undefined;
  readonly logGroup: string | undefined;
  readonly logStream: string | undefined;
  readonly head: Uint8Array;
  readonly start: Uint8Array;
  #members: ReadonlyMap<string, Uint8Array> | undefined;

  constructor(parts: HintParts) {
    this.key = parts.key;
    this.logGroup = parts.logGroup;
    this.logStream = parts.logStream;
    this.head = parts.head;
    this.start = parts.start ?? parts.head;
  }

  /** Members of the JSON object that the head is or begins with: name → the bytes from its value on. Found once for all formats. */
  get members(): ReadonlyMap<string, Uint8Array> {
    this.#members ??= headMembers(this.head.subarray(0, MEMBER_BYTES));
    return this.#members;
  }
}

/**
 * `record`: fields and timestamp are set. `skip`: a header or comment line, no record.
 * `unparsed`: not of this format; the line goes on as a raw record, tagged and counted.
 */
export type ParseResult = "record" | "skip" | "unparsed";

export interface ParserOptions {
  /** False: the timestamp alone is asked for. */
  readonly fields: boolean;
  /** Of formats whose records name their own members: where the time and the message are. */
  readonly timestampField?: string | undefined;
  readonly messageField?: string | undefined;
  /** Of formats of lines: what the columns are, in their order, where the config says it; `-` for one that isn't wanted. */
  readonly columns?: readonly string[] | undefined;
  /** Of formats of tables, when the config says more than the format's name. */
  readonly table?: Partial<Table> | undefined;
  /** For formats whose records name their own fields: says what they are, before the first of them. */
  readonly setLayout?: ((layout: Layout) => void) | undefined;
}

/** One kind of content. Adding one is one file here, `export const name: Format = …`, and `node tooling/make-registry.ts`. */
export interface Format {
  readonly name: string;
  /** Formats that more content fits are tried later: 0, the default, is certain of what it sees; 100 and more take kin of others. */
  readonly rank?: number;
  /** ECS dataset of what it yields; undefined where content doesn't tell. */
  readonly dataset: string | undefined;
  readonly layout: Layout | undefined;
  /** ECS fields that are the same for every record of this format. */
  readonly constants: Readonly<Record<string, ConstantValue>>;
  /** ECS fields that OpenTelemetry has another name for in this format than elsewhere. */
  readonly otel?: Readonly<Record<string, string>>;
  /** Those that where the records come from tells: the function that a log group is named after, say. */
  constantsOf?(origin: Origin): Readonly<Record<string, ConstantValue>>;
  /** Log events of these are of this format, whatever they hold: matched against `<log group>:<log stream>`; in linear time. */
  readonly logs?: RegExp;
  /** One event tells it from anything else: it is looked for in log groups of any name, too, by the first event of a batch. */
  readonly inLogs?: boolean;
  /** Keys that its objects usually have: where an object's is one of them, the format is tried before others. In linear time. */
  readonly keys?: RegExp;
  /** What its records begin with: a JSON object's brace (`object`), or anything else (`line`). Missing: either. */
  readonly shape?: "object" | "line";
  /** Its parser takes log events as they stand in JSON too, `record.inJson`: with escapes in them. */
  readonly inJson?: boolean;
  /** True when the content looks like this format for certain; cheap, and never true by key alone. */
  detect(hint: FormatHint): boolean;
  /**
   * For formats whose objects are whole documents: true when `head`, the first bytes of one (at most 4 KiB), shows this
   * format for certain.
   */
  detectDocument?(hint: FormatHint): boolean;
  /** How an object is cut into frames, told by its first bytes; asked when its format is known. Missing, or undefined: by content. */
  framing?(hint: FormatHint): Framing | undefined;
  /**
   * For formats of lines whose first one names their fields: the names for the columns of a table that has those fields, as
   * many and in the same order; undefined when it has others.
   */
  header?(columns: readonly string[]): readonly string[] | undefined;
  /** Whether a column may be named so in the config. Missing: the format's columns aren't for the config to name. */
  knowsColumn?(name: string): boolean;
  /** A parser for one item; it may keep state (headers, buffers it reuses). */
  parser(options: ParserOptions): (record: RecordCursor) => ParseResult;
}
