import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { editedText, encodeMessage, encodeTags } from "./document-parts.ts";
import { type ConstantValue, DocumentTemplate, type TemplateParts } from "./document-template.ts";
import { isMembers, type Members } from "./members.ts";
import { LISTS, otelPlaces, type Place, severityOf } from "./otel-names.ts";
import { type RecordCursor, writeId } from "./record.ts";

/** Ends the name of a dataset whose documents are such: Elasticsearch has index templates of its own for these. */
export const OTEL_SUFFIX = ".otel";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const HEAD = Buffer.from('{"@timestamp":"');
const TIME = Buffer.from('","time_unix_nano":"');
const OBSERVED = Buffer.from('","observed_time_unix_nano":"');
const BODY = Buffer.from('000000","body":{"text":"');
const STRUCTURED = Buffer.from(',"structured":');
const SEVERITY = Buffer.from(',"severity_number":');
const UID = Buffer.from('"log.record.uid":"');
const LEVEL = "log.level";
/** Longest word that is a level. */
const MAX_LEVEL = 16;

/** Where fields stand in documents of OpenTelemetry; compiled once per item, as the template of ECS names is. */
export class OtelTemplate {
  readonly template: DocumentTemplate;
  /** The slot of the level; -1 where records have none. */
  readonly level: number;
  readonly #parts: TemplateParts;
  #place: ((name: string) => Place) | undefined;
  #names: ReadonlySet<string> = new Set();

  constructor(parts: TemplateParts) {
    const constants = new Map<string, ConstantValue>();
    for (const [name, value] of parts.constants) constants.set(name, listed(name, value) as ConstantValue);
    this.template = new DocumentTemplate({ ...parts, constants });
    this.level = parts.layout?.slot(LEVEL) ?? -1;
    this.#parts = parts;
  }

  /** A changed document, which has ECS names, under those of OpenTelemetry; `attributes` come last. */
  membersOf(document: Readonly<Members>): Members {
    const out: Members = {};
    const { message, json, tags, ...rest } = document;
    const body: Members = {};
    if (message !== undefined) body.text = message;
    if (json !== undefined) body.structured = json;
    if (Object.keys(body).length > 0) out.body = body;
    const attributes: Members = {};
    const placeOf = this.#places();
    for (const [name, value] of this.#leavesOf(rest, "")) {
      const place = placeOf(name);
      if (place !== undefined) put(place[0] === "attributes" ? { attributes } : out, place, listed(name, value));
    }
    const severity = typeof out.severity_text === "string" ? severityOf(out.severity_text) : undefined;
    if (severity !== undefined) out.severity_number = severity;
    if (tags !== undefined) attributes.tags = tags;
    return { ...out, attributes };
  }

  /** As in the template; made when the first record was changed. */
  #places(): (name: string) => Place {
    if (this.#place === undefined) {
      const { layout, constants, otel } = this.#parts;
      this.#names = new Set([...(layout?.leaves.map(({ path }) => path) ?? []), ...constants.keys()]);
      this.#place = otelPlaces(this.#names, otel);
    }
    return this.#place;
  }

  /** What the layout and the constants have as one field is one, though it may be nested. */
  *#leavesOf(members: Readonly<Members>, prefix: string): Generator<readonly [name: string, value: unknown]> {
    for (const [key, value] of Object.entries(members)) {
      const name = prefix + key;
      if (isMembers(value) && !this.#names.has(name)) yield* this.#leavesOf(value, `${name}.`);
      else yield [name, value];
    }
  }
}

function listed(name: string, value: unknown): unknown {
  return LISTS.has(name) && !Array.isArray(value) ? [value] : value;
}

function put(root: Members, place: readonly string[], value: unknown): void {
  let object = root;
  for (const name of place.slice(0, -1)) {
    const inner = Object.hasOwn(object, name) ? object[name] : undefined;
    const next: Members = isMembers(inner) ? inner : {};
    object[name] = next;
    object = next;
  }
  const last = place.at(-1) as string;
  Object.defineProperty(object, last, { value, writable: true, enumerable: true, configurable: true });
}

/** The document of a record in the log data model of OpenTelemetry, as the Collector writes it to Elasticsearch. */
export function encodeOtel(cursor: RecordCursor, otel: OtelTemplate, out: ByteWriter, id: boolean): void {
  out.bytes(HEAD);
  out.isoMillis(cursor.timestamp);
  out.bytes(cursor.timestampFrom === "record" ? TIME : OBSERVED);
  out.ascii(String(Math.floor(cursor.timestamp)));
  if (cursor.edited !== undefined) encodeEdited(cursor, cursor.edited, out);
  else {
    out.bytes(BODY);
    encodeMessage(cursor, out);
    out.byte(QUOTE);
    if (cursor.jsonTo > 0) {
      out.bytes(STRUCTURED);
      out.bytes(cursor.bytes, cursor.jsonFrom, cursor.jsonTo);
    }
    out.byte(CLOSE_BRACE);
    encodeSeverity(cursor, otel.level, out);
    otel.template.write(cursor, out);
    encodeTags(cursor, out);
  }
  if (id) {
    // The attributes of a changed document may be none.
    if (out.buffer[out.length - 1] !== OPEN_BRACE) out.byte(COMMA);
    out.bytes(UID);
    writeId(cursor, out);
    out.byte(QUOTE);
  }
  out.byte(CLOSE_BRACE);
  out.byte(CLOSE_BRACE);
}

/** Up to within its attributes. */
function encodeEdited(cursor: RecordCursor, edited: Readonly<Members>, out: ByteWriter): void {
  const text = editedText(cursor, edited);
  out.ascii('000000",');
  out.utf8(text.slice(1, -2));
}

function encodeSeverity({ values, bytes }: RecordCursor, level: number, out: ByteWriter): void {
  if (level < 0 || values?.has(level) !== true) return;
  const from = values.from[level] as number;
  const to = values.to[level] as number;
  const text =
    values.text[level] ??
    (to - from > MAX_LEVEL ? "" : Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1"));
  const number = severityOf(text);
  if (number === undefined) return;
  out.bytes(SEVERITY);
  out.integer(number);
}
