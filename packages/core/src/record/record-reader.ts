import { Buffer } from "node:buffer";
import { isPlausibleTime } from "../bytes/iso-time.ts";
import { escapeInvalidUtf8, INVALID_UTF8_TAG, isValidUtf8 } from "../bytes/utf8.ts";
import { framingByContent } from "../framing/by-content.ts";
import { ContentFramer, type Framing, framingName, isOfLines } from "../framing/content.ts";
import type { FrameBlock, Framer } from "../framing/frame.ts";
import type { FrameLimit } from "../framing/oversize.ts";
import { contextOf } from "./context.ts";
import { type Format, FormatHint, type ParseResult } from "./formats/format.ts";
import { detectDocument, detectFormat } from "./formats/index.ts";
import { raw } from "./formats/raw.ts";
import type { Layout } from "./layout.ts";
import type { Origin } from "./origin.ts";
import { RecordCursor } from "./record.ts";
import type { FormatFrom, SourceSettings } from "./source.ts";

/** Tag of a record whose line did not fit its format. */
export const UNPARSED_TAG = "unparsed";

/** First bytes of an object that formats may judge by. */
const HEAD_BYTES = 4096;

export interface RecordCounts {
  in: number;
  skipped: number;
  unparsed: number;
  /** Of which only the beginning is there. Missing: none. */
  truncated?: number;
}

/** What a log event says of itself beside its message. */
export interface EventHead {
  /** The id is `eventId[idFrom, idTo)`, fit to stand in a JSON string. */
  readonly eventId: Uint8Array;
  readonly idFrom: number;
  readonly idTo: number;
  /** First part of the record's id is `key[keyFrom, keyFrom + KEY_BYTES)`. */
  readonly key: Uint8Array;
  readonly keyFrom: number;
  readonly position: number;
  readonly timestamp: number;
}

/** A message is `bytes[from, to)`; `escaped`: fit to stand in a JSON string; `inJson`: with escapes in it; `size` without them. */
export interface EventMessage {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly escaped: boolean;
  readonly inJson: boolean;
}

/** Takes each record as it is read; the cursor is valid only during the call. */
export type Emit = (record: RecordCursor) => void;

/**
 * Frames → records of one item: detects the format at the first frame, or before in documents that aren't lines; then
 * parses each in place.
 */
export class RecordReader {
  readonly #origin: Origin;
  readonly #settings: SourceSettings;
  readonly #key: string | undefined;
  readonly #counts: RecordCounts;
  readonly #emit: Emit;
  #format: Format | undefined;
  #start: Uint8Array | undefined;
  #cursor: RecordCursor | undefined;
  #parse: (record: RecordCursor) => ParseResult = () => "record";
  /** Name of the format, once the first frame was seen, and what told it. */
  format: string | undefined;
  formatFrom: FormatFrom | undefined;
  /** How the item's bytes are cut, once that is known. */
  framing: string | undefined;
  /** Called with lines that are no records but say how to read those that follow (column names, a date); valid only during the call. */
  onDirective: ((position: number, line: Uint8Array) => void) | undefined;
  /** Its records are lines of it, one or several, so that they and it are one text. */
  cutsLines = false;

  constructor(origin: Origin, settings: SourceSettings, key: string | undefined, counts: RecordCounts, emit: Emit) {
    this.#origin = origin;
    this.#settings = settings;
    this.#key = key;
    this.#counts = counts;
    this.#emit = emit;
  }

  /** Cuts the item's bytes into the frames to be read. */
  framer(limit: Omit<FrameLimit, "oversized">): Framer {
    const { oversized } = this.#settings;
    return new ContentFramer((content, last) => this.#framing(content, last), { ...limit, oversized });
  }

  #framing(content: Uint8Array, last: boolean): Framing | undefined {
    const head = content.subarray(0, HEAD_BYTES);
    const hint = new FormatHint({ key: this.#key, head });
    const format = this.#settings.format ?? detectDocument(hint, this.#settings.among);
    const framing = this.#settings.framing ?? format?.framing?.(hint) ?? framingByContent(content, last);
    if (framing === undefined) return undefined;
    this.#format = format;
    this.#start = format === undefined ? Buffer.from(head) : undefined;
    this.format = format?.name;
    this.framing = framingName(framing);
    this.cutsLines = isOfLines(framing);
    return framing;
  }

  read(block: FrameBlock): void {
    this.#counts.skipped += block.skipped;
    if (block.count === 0) return;
    const { bytes, base, from, to, start, end, escaped } = block;
    const first = from[0] as number;
    const cursor = this.#cursor ?? this.#open(bytes.subarray(first, to[0] as number));
    const valid = isValidUtf8(bytes, first, to[block.count - 1] as number);
    for (let i = 0; i < block.count; i++) {
      cursor.move(bytes, from[i] as number, to[i] as number, base);
      if (start !== undefined && end !== undefined) cursor.place(start[i] as number, end[i] as number);
      if (!valid) repair(cursor);
      if (escaped !== undefined && cursor.bytes === bytes) cursor.setEscaped(escaped, i);
      this.#finish(cursor, block.cut);
    }
  }

  /** One record that needs no framing: a log event. */
  readEvent(event: EventHead, message: EventMessage): void {
    if (message.size === 0) {
      this.#counts.skipped += 1;
      return;
    }
    if (message.inJson && this.#parses()) {
      this.readEvent(event, unescaped(message));
      return;
    }
    const { bytes, from, to } = message;
    const cursor = this.#cursor ?? this.#open(bytes.subarray(from, to));
    cursor.move(bytes, from, to, 0);
    cursor.start = 0;
    cursor.end = message.size;
    cursor.inJson = message.inJson;
    if (message.escaped) cursor.setEscapedMessage(bytes, from, to);
    cursor.ownKey = event.key;
    cursor.ownKeyFrom = event.keyFrom;
    cursor.position = event.position;
    setTime(cursor, event.timestamp);
    cursor.eventId = event.eventId;
    cursor.eventIdFrom = event.idFrom;
    cursor.eventIdTo = event.idTo;
    this.#finish(cursor);
  }

  /** Whether messages are looked into: then they must be there as they are, not as JSON has them. */
  #parses(): boolean {
    const format = this.#format ?? this.#settings.format;
    return format !== raw && format?.inJson !== true;
  }

  /** A record pushed in by a program: `message`, then the bytes of its fields as JSON when it has any. */
  readDirect(
    message: Uint8Array,
    at: { readonly idKey: string; readonly position: number; readonly timestamp: number | undefined },
    fields: Readonly<Record<string, unknown>> | undefined,
  ): void {
    const cursor = this.#cursor ?? this.#open(message);
    const json = fields === undefined ? message.subarray(0, 0) : Buffer.from(JSON.stringify(fields));
    const bytes = json.length === 0 ? message : Buffer.concat([message, json]);
    cursor.move(bytes, 0, message.length, 0);
    cursor.idKey = at.idKey;
    cursor.position = at.position;
    setTime(cursor, at.timestamp);
    if (fields !== undefined) cursor.setJson(message.length, bytes.length, fields);
    this.#counts.in += 1;
    this.#emit(cursor);
  }

  #finish(cursor: RecordCursor, cut?: FrameBlock["cut"]): void {
    const result = cut === undefined ? this.#parse(cursor) : this.#leaveCut(cursor, cut);
    if (result === "skip") {
      this.onDirective?.(cursor.start, cursor.bytes.subarray(cursor.from, cursor.to));
      this.#counts.skipped += 1;
      return;
    }
    this.#counts.in += 1;
    if (result === "unparsed") {
      this.#counts.unparsed += 1;
      cursor.tag(UNPARSED_TAG);
    }
    this.#emit(cursor);
  }

  /** What is no whole frame isn't parsed: what it would say may not be so. */
  #leaveCut(cursor: RecordCursor, cut: NonNullable<FrameBlock["cut"]>): ParseResult {
    cursor.tag(cut);
    if (cut === "truncated") this.#counts.truncated = (this.#counts.truncated ?? 0) + 1;
    return this.#format === raw ? "record" : "unparsed";
  }

  #open(head: Uint8Array): RecordCursor {
    const format = this.#format ?? this.#settings.format ?? this.#detect(head);
    this.#format = format;
    const cursor = new RecordCursor(contextOf(this.#origin, this.#settings, format));
    const setLayout = (layout: Layout): void => {
      cursor.context = contextOf(this.#origin, this.#settings, format, layout);
    };
    this.format = format.name;
    this.formatFrom = this.#settings.formatFrom ?? (format === raw ? "nothing" : "content");
    this.#parse = format.parser({ ...this.#settings, setLayout });
    this.#cursor = cursor;
    return cursor;
  }

  #detect(head: Uint8Array): Format {
    const { among } = this.#settings;
    const logGroup = this.#origin.constants.get("aws.cloudwatch.log_group");
    const logStream = this.#origin.constants.get("aws.cloudwatch.log_stream");
    const hint = new FormatHint({ key: this.#key, logGroup, logStream, head, start: this.#start });
    return detectFormat(hint, among) ?? among?.[0] ?? raw;
  }
}

/** A time that no date can say counts as missing. */
function setTime(cursor: RecordCursor, ms: number | undefined): void {
  if (ms === undefined || !isPlausibleTime(ms)) return;
  cursor.timestamp = ms;
  cursor.timestampFrom = "record";
}

/** A message with bytes that aren't UTF-8 is replaced by a readable form; its span stays that of the original. */
function repair(cursor: RecordCursor): void {
  if (isValidUtf8(cursor.bytes, cursor.from, cursor.to)) return;
  const bytes = escapeInvalidUtf8(cursor.bytes, cursor.from, cursor.to);
  cursor.bytes = bytes;
  cursor.from = 0;
  cursor.to = bytes.length;
  cursor.tag(INVALID_UTF8_TAG);
}

function unescaped({ bytes, from, to, size }: EventMessage): EventMessage {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
  const plain = Buffer.from(JSON.parse(`"${text}"`));
  return { bytes: plain, from: 0, to: plain.length, size, escaped: false, inJson: false };
}
