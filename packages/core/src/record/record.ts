import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { isRawNumber } from "../bytes/exact-json.ts";
import type { EscapedFrames } from "../framing/frame.ts";
import type { ConstantValue, DocumentTemplate } from "./document-template.ts";
import type { LayoutValues } from "./layout.ts";
import { type Members, memberOf, placeIn } from "./members.ts";
import type { Origin } from "./origin.ts";
import type { OtelTemplate } from "./otel-document.ts";
import { membersOf, type Verbatim, verbatimField } from "./verbatim.ts";

export type TimestampSource = "record" | "object" | "arrival";

/** What all records of one item share: computed once when the item is opened. */
export interface RecordContext {
  readonly origin: Origin;
  readonly dataset: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  /** Flat ECS names of all constant fields: the origin's, the dataset's and the source's own `fields`. */
  readonly constants: ReadonlyMap<string, ConstantValue>;
  /** Those of them that a record's own value, where it has one, stands instead of. */
  readonly overrides?: ReadonlySet<string> | undefined;
  readonly template: DocumentTemplate;
  /** Name of the format that its records were read by. */
  readonly format?: string | undefined;
  /** Documents are to be under the names of OpenTelemetry. */
  readonly otel?: OtelTemplate | undefined;
}

export type FieldValue = string | number | boolean | null | undefined | readonly unknown[] | object;

/** A record as encoders see it: a cursor, valid only during the call it is passed to. */
export interface RecordView {
  readonly context: RecordContext;
  /** First part of the id: the origin's id, or the log event's own. */
  readonly idKey: string;
  /** Span in fully decoded bytes, terminator excluded; second part of the id. */
  readonly start: number;
  readonly end: number;
  /** Output index of a transform, 0 for the first: third part of the id, left out when 0. */
  readonly part: number;
  /** Where the ledger stands when this record is not accounted for: `start` in objects, the index in log batches. */
  readonly position: number;
  /** Milliseconds since the epoch, UTC. */
  readonly timestamp: number;
  readonly timestampFrom: TimestampSource;
  /** The message is `bytes[from, to)`: the frame without its terminator, in valid UTF-8. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Tags of this record alone, beside the context's. */
  readonly ownTags: readonly string[];
  /** A field by its ECS name (`message`, `@timestamp`, `http.response.status_code`, a JSON record's own keys …). */
  get(name: string): FieldValue;
}

/** `<key>-<start>-<end>[.<part>]` */
export function recordId(key: string, start: number, end: number, part: number): string {
  return part === 0 ? `${key}-${start}-${end}` : `${key}-${start}-${end}.${part}`;
}

/** Characters, and bytes, of a key: the schema's version and 128 bits in hex. */
export const KEY_BYTES = 33;

const HYPHEN = 0x2d;

export function writeId(record: RecordView, out: ByteWriter): void {
  const { ownKey, ownKeyFrom } = record as RecordCursor;
  if (ownKey === undefined) out.ascii(record.idKey);
  else out.bytes(ownKey, ownKeyFrom, ownKeyFrom + KEY_BYTES);
  out.byte(HYPHEN);
  out.integer(record.start);
  out.byte(HYPHEN);
  out.integer(record.end);
  if (record.part !== 0) out.ascii(`.${record.part}`);
}

const NO_TAGS: readonly string[] = [];

/** The one mutable record of an item, moved from frame to frame. */
export class RecordCursor implements RecordView {
  context: RecordContext;
  /** When set, the key is `ownKey[ownKeyFrom, ownKeyFrom + KEY_BYTES)`: a string for each of many records would have to be collected again. */
  ownKey: Uint8Array | undefined;
  ownKeyFrom = 0;
  #idKey: string;
  start = 0;
  end = 0;
  part = 0;
  position = 0;
  timestamp = 0;
  timestampFrom: TimestampSource = "arrival";
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** The record as it came is `frame[frameFrom, frameTo)`, whatever a format makes of it. */
  frame: Uint8Array = this.bytes;
  frameFrom = 0;
  frameTo = 0;
  /** Of a record that was changed: its message was the frame. */
  wasLine = false;
  ownTags: readonly string[] = NO_TAGS;
  /** Where layout spans point into: the frame as it was, which `bytes` no longer is once a message was repaired. */
  values: LayoutValues | undefined;
  /** Of a JSON record: its object is `bytes[jsonFrom, jsonTo)`. Where there is none, `jsonTo` is 0. */
  jsonFrom = 0;
  jsonTo = 0;
  #json: Readonly<Record<string, unknown>> | undefined;
  /** A record that was changed: its document is this, whatever else stands here. */
  edited: Members | undefined;
  /** The document as it was made earlier, read back: it is this, unless it was changed since. */
  verbatim: Verbatim | undefined;
  #verbatimMembers: Members | undefined;
  /** The JSON text of `edited`, once something asked for it. */
  editedText: string | undefined;
  /** The message as the inside of a JSON string is `escaped[escapedFrom, escapedTo)`, when framing already made that. */
  escaped: Uint8Array | undefined;
  escapedFrom = 0;
  escapedTo = 0;
  /** Double quotes in the message when it holds nothing else to escape; -1 when it does, or nobody counted. */
  quotes = -1;
  /** When set, the message is this text rather than `bytes[from, to)`. */
  messageText: string | undefined;
  /** `bytes[from, to)` is the inside of a JSON string (and so is `escaped`), with escapes in it. */
  inJson = false;
  /** An id that the service gave the record (CloudWatch's event id), fit to stand in a JSON string. */
  eventId: Uint8Array | undefined;
  eventIdFrom = 0;
  eventIdTo = 0;

  constructor(context: RecordContext) {
    this.context = context;
    this.#idKey = context.origin.id;
  }

  get idKey(): string {
    return this.ownKey === undefined
      ? this.#idKey
      : latinOrUtf8(this.ownKey, this.ownKeyFrom, this.ownKeyFrom + KEY_BYTES);
  }

  set idKey(key: string) {
    this.#idKey = key;
    this.ownKey = undefined;
  }

  /** Moves to a frame; everything that a format may set is reset. */
  move(bytes: Uint8Array, from: number, to: number, base: number): void {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.frame = bytes;
    this.frameFrom = from;
    this.frameTo = to;
    this.start = base + from;
    this.end = base + to;
    this.position = this.start;
    this.part = 0;
    this.ownTags = NO_TAGS;
    this.values = undefined;
    this.jsonTo = 0;
    this.#json = undefined;
    this.edited = undefined;
    this.verbatim = undefined;
    this.messageText = undefined;
    this.inJson = false;
    this.escaped = undefined;
    this.quotes = -1;
    this.timestamp = this.context.origin.fallbackTime;
    this.timestampFrom = this.context.origin.fallbackFrom;
  }

  /** Another one of the same frame, with a document of its own; valid as long as this one. */
  copy(document: Members): RecordCursor {
    const copy = Object.assign(new RecordCursor(this.context), this);
    copy.#idKey = this.#idKey;
    copy.wasLine = this.edited === undefined ? this.#isLine() : this.wasLine;
    copy.edited = document;
    copy.editedText = undefined;
    copy.verbatim = undefined;
    copy.values = undefined;
    copy.jsonTo = 0;
    return copy;
  }

  #isLine(): boolean {
    const { bytes, from, to, frame, frameFrom, frameTo } = this;
    const same = bytes === frame && from === frameFrom && to === frameTo && this.verbatim === undefined;
    return same && this.messageText === undefined && !this.inJson;
  }

  /** Where the frame stands in the decoded object, when it isn't where its bytes lie. */
  place(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.position = start;
  }

  setEscaped(frames: EscapedFrames, i: number): void {
    this.escaped = frames.bytes;
    this.escapedFrom = frames.from[i] as number;
    this.escapedTo = frames.to[i] as number;
    this.quotes = frames.quotes[i] as number;
  }

  setEscapedMessage(bytes: Uint8Array, from: number, to: number): void {
    this.escaped = bytes;
    this.escapedFrom = from;
    this.escapedTo = to;
  }

  /** `bytes[from, to)` is a JSON object, on one line and without two members of one name: documents take it over as it is. */
  setJson(from: number, to: number, parsed?: Readonly<Record<string, unknown>>): void {
    this.jsonFrom = from;
    this.jsonTo = to;
    this.#json = parsed;
  }

  /** The object of a JSON record, parsed when it is first asked for. */
  get json(): Readonly<Record<string, unknown>> | undefined {
    if (this.jsonTo === 0) return undefined;
    this.#json ??= JSON.parse(latinOrUtf8(this.bytes, this.jsonFrom, this.jsonTo)) as Record<string, unknown>;
    return this.#json;
  }

  setVerbatim(document: Verbatim): void {
    this.verbatim = document;
    this.#verbatimMembers = undefined;
  }

  tag(name: string): void {
    this.ownTags = [...this.ownTags, name];
  }

  message(): string {
    if (this.edited !== undefined) return String(this.edited.message ?? "");
    if (this.messageText !== undefined) return this.messageText;
    const text = latinOrUtf8(this.bytes, this.from, this.to);
    return this.inJson ? JSON.parse(`"${text}"`) : text;
  }

  get(name: string): FieldValue {
    if (this.edited !== undefined) return name === "@timestamp" ? this.timestamp : editedValue(this.edited, name);
    if (this.verbatim !== undefined) return this.#verbatimValue(this.verbatim, name);
    switch (name) {
      case "message":
        return this.message();
      case "@timestamp":
        return this.timestamp;
      case "tags":
        return [...this.context.tags, ...this.ownTags];
      case "log.offset":
        return this.start;
      case "event.id":
        if (this.eventId === undefined || (this.values?.layout.slot(name) ?? -1) >= 0) break;
        return latinOrUtf8(this.eventId, this.eventIdFrom, this.eventIdTo);
    }
    const own = this.context.overrides?.has(name) ? this.#own(name) : undefined;
    return own ?? this.context.constants.get(name) ?? this.#own(name);
  }

  #verbatimValue(document: Verbatim, name: string): FieldValue {
    if (name === "@timestamp") return this.timestamp;
    if (name === "message") return this.message();
    const constant = this.context.constants.get(name);
    if (constant !== undefined) return constant;
    this.#verbatimMembers ??= membersOf(document);
    return plainValue(verbatimField(this.#verbatimMembers, name));
  }

  /** After the constants: as in the document, and what a line says must not pass for its dataset or origin. */
  #own(name: string): FieldValue {
    const own = this.values?.get(name, this.bytes);
    if (own !== undefined || this.jsonTo === 0) return own;
    return memberOf(this.json ?? {}, name.startsWith("json.") ? name.slice(5) : name) as FieldValue;
  }
}

function latinOrUtf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
}

/** A JSON record's own keys are found with `json.` before them and without, as before it was changed. */
function editedValue(edited: Readonly<Members>, name: string): FieldValue {
  return plainValue(memberOf(edited, placeIn(edited, name)));
}

function plainValue(value: unknown): FieldValue {
  return isRawNumber(value) ? Number(value.rawJSON) : (value as FieldValue);
}
