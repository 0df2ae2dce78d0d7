import { Buffer } from "node:buffer";
import { parseExact } from "../../bytes/exact-json.ts";
import { isPlausibleTime, parseIsoZ } from "../../bytes/iso-time.ts";
import { DocumentTemplate } from "../document-template.ts";
import { dropMember, type Members } from "../members.ts";
import { KEY_BYTES, type RecordContext, type RecordCursor, type TimestampSource } from "../record.ts";
import type { Verbatim } from "../verbatim.ts";
import type { ParseResult } from "./format.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable, shapeOf } from "./member-table.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Members by which a record is known again, by their places in the scanner. */
const TIME = 0;
const MESSAGE = 1;
const BODY = 2;
const OWN = 3;
const ID = 4;
const TIME_FROM = 5;
const UID = 6;
const OBSERVED = 7;
const PATHS: readonly (readonly string[])[] = [
  ["@timestamp"],
  ["message"],
  ["body", "text"],
  ["sluice"],
  ["sluice", "id"],
  ["sluice", "timestamp_from"],
  ["attributes", "log.record.uid"],
  ["observed_time_unix_nano"],
];

/** Where records came from and belong: by these names in documents of ECS, and where those of OpenTelemetry have them. */
const FACTS: readonly (readonly [name: string, ...paths: (readonly string[])[]])[] = [
  ["data_stream.dataset", ["data_stream", "dataset"]],
  ["data_stream.namespace", ["data_stream", "namespace"]],
  ["event.dataset", ["event", "dataset"], ["attributes", "event.dataset"]],
  ["aws.s3.bucket.name", ["aws", "s3", "bucket", "name"], ["attributes", "aws.s3.bucket"]],
  ["aws.s3.object.key", ["aws", "s3", "object", "key"], ["attributes", "aws.s3.key"]],
  ["aws.cloudwatch.log_group", ["aws", "cloudwatch", "log_group"]],
  ["aws.cloudwatch.log_stream", ["aws", "cloudwatch", "log_stream"]],
  ["cloud.account.id", ["cloud", "account", "id"], ["resource", "attributes", "cloud.account.id"]],
  ["cloud.provider", ["cloud", "provider"], ["resource", "attributes", "cloud.provider"]],
  ["cloud.region", ["cloud", "region"], ["resource", "attributes", "cloud.region"]],
  ["log.file.path", ["log", "file", "path"], ["attributes", "log.file.path"]],
];

const FACT_PATHS = FACTS.flatMap(([name, ...paths]) => paths.map((path) => [name, path] as const));
const NAMESPACE = "default";
const ID_PATTERN = /^([0-9a-z][0-9a-f]{32})-(\d{1,16})-(\d{1,16})(?:\.(\d{1,16}))?$/;
/** Before the id in `,"sluice":{"id":` and `"log.record.uid":`. */
const OWN_HEAD = Buffer.from(',"sluice":');
const ID_HEAD = Buffer.from('{"id":');
const UID_HEAD = Buffer.from('"log.record.uid":');

/** Lines of an archive of documents, back to the records they were. Its state is of one item. */
export class SluiceParser {
  readonly #scanner: JsonScanner;
  readonly #kept = { bytes: new Uint8Array(0) as Uint8Array, from: 0, to: 0, cutFrom: 0, cutTo: 0 };
  #base: RecordContext | undefined;
  #context: RecordContext | undefined;
  /** JSON of the facts that `#context` was made of. */
  readonly #facts: (Uint8Array | undefined)[] = [];

  constructor() {
    const paths = [...PATHS, ...FACT_PATHS.map(([, path]) => path)];
    this.#scanner = new JsonScanner(new MemberTable(shapeOf(paths.map((path, place) => [path, place] as const))));
  }

  parse(record: RecordCursor): ParseResult {
    this.#base ??= record.context;
    const { bytes, from, to } = record;
    const scanner = this.#scanner;
    const time = scanner.scan(bytes, from, to) ? this.#time(bytes) : Number.NaN;
    const idPlace = (scanner.to[ID] as number) >= 0 ? ID : UID;
    if (Number.isNaN(time) || !this.#setId(record, idPlace)) {
      record.context = this.#base;
      return "unparsed";
    }
    record.timestamp = time;
    record.timestampFrom = this.#timeFrom(bytes);
    record.context = this.#contextFor(bytes);
    record.setVerbatim(this.#keep(bytes, from, to, idPlace));
    this.#setMessage(record);
    return "record";
  }

  #time(bytes: Uint8Array): number {
    const from = this.#scanner.from[TIME] as number;
    const to = this.#scanner.to[TIME] as number;
    const ms = to < 0 ? Number.NaN : parseIsoZ(bytes, from + 1, to - 1);
    return isPlausibleTime(ms) ? ms : Number.NaN;
  }

  /** What OpenTelemetry has is that the time is of the observation, not whose. */
  #timeFrom(bytes: Uint8Array): TimestampSource {
    const said = this.#text(TIME_FROM, bytes);
    if (said === "object" || said === "arrival") return said;
    return (this.#scanner.to[OBSERVED] as number) >= 0 ? "object" : "record";
  }

  #setId(record: RecordCursor, place: number): boolean {
    const { bytes } = record;
    const from = this.#scanner.from[place] as number;
    const [, key, start, end, part = "0"] = ID_PATTERN.exec(this.#text(place, bytes) ?? "") ?? [];
    if (key === undefined || Number(start) > Number(end)) return false;
    if (!Number.isSafeInteger(Number(end))) return false;
    record.ownKey = bytes;
    record.ownKeyFrom = from + 1;
    record.start = Number(start);
    record.end = Number(end);
    record.part = Number(part);
    return key.length === KEY_BYTES && bytes[from] === QUOTE;
  }

  /** As the inside of a JSON string, which it is here already, and as it is. */
  #setMessage(record: RecordCursor): void {
    const { from, to } = this.#scanner;
    const { bytes } = record;
    const place = (to[MESSAGE] as number) >= 0 ? MESSAGE : BODY;
    const start = (from[place] as number) + 1;
    const end = (to[place] as number) - 1;
    if (end < start || bytes[start - 1] !== QUOTE) {
      record.to = record.from;
      return;
    }
    record.setEscapedMessage(bytes, start, end);
    if (bytes.subarray(start, end).includes(BACKSLASH)) {
      record.bytes = Buffer.from(this.#text(place, bytes) ?? "");
      record.from = 0;
      record.to = record.bytes.length;
    } else {
      record.from = start;
      record.to = end;
    }
  }

  /** The document, and which bytes of it were added for the archive. */
  #keep(bytes: Uint8Array, from: number, to: number, place: number): Verbatim {
    const [cutFrom, cutTo] = place === ID ? this.#cutOwn(bytes) : this.#cutUid(bytes);
    if (cutTo === 0) return withoutId(bytes, from, to);
    return Object.assign(this.#kept, { bytes, from, to, cutFrom, cutTo });
  }

  /** `,"sluice":{"id":"…"}`, or `"id":"…",` of a longer one. */
  #cutOwn(bytes: Uint8Array): readonly [from: number, to: number] {
    const own = this.#scanner.from[OWN] as number;
    const id = this.#scanner.from[ID] as number;
    const idTo = this.#scanner.to[ID] as number;
    const head = own - OWN_HEAD.length;
    if (!endsWith(bytes, id, ID_HEAD) || !endsWith(bytes, own, OWN_HEAD) || id - ID_HEAD.length !== own) return [0, 0];
    if (bytes[idTo] === CLOSE_BRACE) return [head, idTo + 1];
    return bytes[idTo] === COMMA ? [own + 1, idTo + 1] : [0, 0];
  }

  #cutUid(bytes: Uint8Array): readonly [from: number, to: number] {
    const from = (this.#scanner.from[UID] as number) - UID_HEAD.length;
    const to = this.#scanner.to[UID] as number;
    if (!endsWith(bytes, from + UID_HEAD.length, UID_HEAD)) return [0, 0];
    if (bytes[from - 1] === COMMA) return [from - 1, to];
    if (bytes[from - 1] !== OPEN_BRACE) return [0, 0];
    if (bytes[to] === CLOSE_BRACE) return [from, to];
    return bytes[to] === COMMA ? [from, to + 1] : [0, 0];
  }

  /** Made anew only where a line says something else than the one before. */
  #contextFor(bytes: Uint8Array): RecordContext {
    if (this.#context !== undefined && this.#sameFacts(bytes)) return this.#context;
    const base = this.#base as RecordContext;
    const constants = new Map<string, string>();
    for (const [i, [name]] of FACT_PATHS.entries()) {
      const place = PATHS.length + i;
      const value = this.#text(place, bytes);
      if (value !== undefined) constants.set(name, value);
      this.#facts[i] = value === undefined ? undefined : Buffer.from(this.#span(place, bytes));
    }
    const dataset = constants.get("data_stream.dataset") ?? constants.get("event.dataset") ?? base.dataset;
    const namespace = constants.get("data_stream.namespace") ?? NAMESPACE;
    const template = new DocumentTemplate({ constants, layout: undefined, offset: false, eventId: false });
    const origin = { ...base.origin, constants: new Map([...constants].filter(([name]) => !isOfSource(name))) };
    this.#context = { origin, dataset, namespace, tags: [], constants, template };
    return this.#context;
  }

  #sameFacts(bytes: Uint8Array): boolean {
    for (let i = 0; i < FACT_PATHS.length; i++) {
      const known = this.#facts[i];
      const from = this.#scanner.from[PATHS.length + i] as number;
      const to = this.#scanner.to[PATHS.length + i] as number;
      if (to < 0 ? known !== undefined : known === undefined || !isSame(known, bytes, from, to)) return false;
    }
    return true;
  }

  #span(place: number, bytes: Uint8Array): Uint8Array {
    return bytes.subarray(this.#scanner.from[place], this.#scanner.to[place]);
  }

  /** Undefined for what isn't there or is no text. */
  #text(place: number, bytes: Uint8Array): string | undefined {
    const from = this.#scanner.from[place] as number;
    const to = this.#scanner.to[place] as number;
    if (to < 0 || bytes[from] !== QUOTE) return undefined;
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8"));
  }
}

/** Of a document that was written anew since: the id isn't where it was put. */
function withoutId(bytes: Uint8Array, from: number, to: number): Verbatim {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
  const members = parseExact(text) as Members;
  dropMember(members, "sluice.id");
  dropMember(members, "attributes.log.record.uid");
  const document = Buffer.from(JSON.stringify(members));
  return { bytes: document, from: 0, to: document.length, cutFrom: 0, cutTo: 0 };
}

function isOfSource(name: string): boolean {
  return name.startsWith("data_stream.") || name === "event.dataset";
}

function endsWith(bytes: Uint8Array, to: number, text: Uint8Array): boolean {
  return to >= text.length && isSame(text, bytes, to - text.length, to);
}

function isSame(text: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[from + i]) return false;
  return true;
}
