import { Buffer } from "node:buffer";
import { parseExact } from "../bytes/exact-json.ts";
import { isPlausibleTime } from "../bytes/iso-time.ts";
import { quote, SluiceError } from "../errors.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import { DocumentTemplate } from "../record/document-template.ts";
import { settle } from "../record/edited.ts";
import { isMembers, type Members, memberOf } from "../record/members.ts";
import type { Origin } from "../record/origin.ts";
import { type RecordContext, RecordCursor } from "../record/record.ts";
import { GENERIC_DATASET } from "../record/source.ts";
import { OTEL_UID } from "../record/verbatim.ts";

/** Contexts kept; encoders and partitions remember what they made of one. */
const MAX_CONTEXTS = 1024;

/** `<key>-<start>-<end>[.<part>]`, the key a schema version and 128 bits in hex. */
const ID = /^([0-9a-z][0-9a-f]{32})-(\d{1,15})-(\d{1,15})(?:\.([1-9]\d{0,15}))?$/;

/** Makes records of dead letters: of the letter's own id and document, and bound for the target that they had. */
export class LetterRecords {
  readonly #contexts = new Map<string, RecordContext>();

  /** Throws DEAD_LETTER_MALFORMED for what is none. */
  recordOf(letter: DeadLetter): RecordCursor {
    const { key, start, end, part } = partsOf(letter.id);
    const document = documentOf(letter);
    const record = new RecordCursor(this.#contextOf(letter, key, document));
    if (isLine(document)) setLine(record, document);
    else setDocument(record, letter.document, document);
    record.idKey = key;
    record.start = start;
    record.end = end;
    record.part = part;
    record.position = record.start;
    record.timestamp = timeOf(letter, document);
    record.timestampFrom = "record";
    return record;
  }

  #contextOf(letter: DeadLetter, key: string, document: Members): RecordContext {
    const dataset = letter.dataset ?? textOf(document, "data_stream.dataset", "event.dataset") ?? GENERIC_DATASET;
    const namespace = letter.namespace ?? textOf(document, "data_stream.namespace") ?? "default";
    const { origin, service = serviceOf(origin), source = key, versionId } = letter;
    const name = JSON.stringify([service, source, origin, dataset, namespace, versionId]);
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    if (this.#contexts.size >= MAX_CONTEXTS) this.#contexts.clear();
    const constants = new Map(Object.entries(origin));
    const from: Origin = {
      service,
      id: source,
      constants,
      fallbackTime: letter.at,
      fallbackFrom: "arrival",
      versionId,
    };
    const template = new DocumentTemplate({ constants, layout: undefined, offset: false, eventId: false });
    const context = { origin: from, dataset, namespace, tags: [], constants, template };
    this.#contexts.set(name, context);
    return context;
  }
}

export interface IdParts {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly part: number;
}

export function isRecordId(text: string): boolean {
  return ID.test(text);
}

/** Throws DEAD_LETTER_MALFORMED for what is no record's id. */
export function partsOf(id: string): IdParts {
  const [, key, start, end, part = "0"] = ID.exec(id) ?? [];
  if (key === undefined) throw malformed(`id: expected <key>-<start>-<end>[.<part>], got ${quote(id)}`);
  return { key, start: Number(start), end: Number(end), part: Number(part) };
}

/** What a text was before it was a document isn't known: it is the message. */
function documentOf({ document, json }: DeadLetter): Members {
  const text = Buffer.from(document.buffer, document.byteOffset, document.length).toString("utf8");
  const parsed = json ? parsedDocument(text) : undefined;
  return isMembers(parsed) ? parsed : { message: text };
}

/** As sinks of lines have it. */
function isLine(document: Members): boolean {
  return Object.keys(document).length === 1 && typeof document.message === "string";
}

function setLine(record: RecordCursor, document: Members): void {
  record.edited = document;
  record.wasLine = true;
  settle(record);
}

/** Goes on as it was written, with the id that it says, if it says one. */
function setDocument(record: RecordCursor, bytes: Uint8Array, document: Members): void {
  const { message, body, sluice, attributes } = document;
  const own = isMembers(sluice) ? sluice.id : isMembers(attributes) ? attributes[OTEL_UID] : undefined;
  const to = bytes.length;
  const cut = own === undefined ? 0 : to;
  record.setVerbatim({ bytes, from: 0, to, cutFrom: cut, cutTo: cut });
  const text = message ?? (isMembers(body) ? body.text : undefined);
  record.bytes = Buffer.from(typeof text === "string" ? text : "");
  record.to = record.bytes.length;
}

function parsedDocument(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    throw new SluiceError("DEAD_LETTER_MALFORMED", "document: expected JSON", { cause: error });
  }
}

function malformed(message: string): SluiceError {
  return new SluiceError("DEAD_LETTER_MALFORMED", message);
}

function textOf(document: Members, ...names: readonly string[]): string | undefined {
  return names.map((name) => memberOf(document, name)).find((value) => typeof value === "string" && value !== "") as
    | string
    | undefined;
}

/** Lines of before it was kept. */
export function serviceOf(origin: DeadLetter["origin"]): Origin["service"] {
  if (origin["aws.s3.bucket.name"] !== undefined) return "s3";
  return origin["aws.cloudwatch.log_group"] === undefined ? "direct" : "cloudwatch-logs";
}

/** In a document without a time, and of before it was kept: when it was refused. */
function timeOf({ timestamp, at }: DeadLetter, document: Members): number {
  const own = timestamp ?? Date.parse(String(document["@timestamp"]));
  return isPlausibleTime(own) ? own : at;
}
