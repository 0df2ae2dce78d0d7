import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { encodeDocument } from "./document.ts";
import { formatNamed } from "./formats/index.ts";
import { objectOrigin } from "./origin.ts";
import { type FieldValue, type RecordCursor, recordId } from "./record.ts";
import { type RecordCounts, RecordReader } from "./record-reader.ts";
import type { SourceSettings } from "./source.ts";

export const ARRIVAL: number = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** What is left of a record once the cursor has moved on. */
export interface ReadRecord {
  readonly id: string;
  readonly json: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly timestampFrom: string;
  readonly tags: FieldValue;
  /** What `get` said of each name asked for. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface ReadRecords {
  readonly records: readonly ReadRecord[];
  readonly counts: RecordCounts;
  readonly format: string | undefined;
}

export interface ReadOptions {
  /** By name; without one the content decides. */
  readonly format?: string;
  readonly settings?: Partial<SourceSettings>;
  readonly key?: string;
  /** Names to `get`. */
  readonly get?: readonly string[];
}

export function settingsOf(over: Partial<SourceSettings> = {}): SourceSettings {
  return {
    index: undefined,
    format: undefined,
    dataset: undefined,
    namespace: "default",
    fields: true,
    tags: [],
    access: {},
    constants: {},
    ...over,
  };
}

/** The way of an object's bytes: lines, records, documents. */
export function readRecords(content: string | readonly Uint8Array[], options: ReadOptions = {}): ReadRecords {
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const origin = objectOrigin({ store: "s3", bucket: "b", key: "k" }, "e", undefined, ARRIVAL);
  const format = options.format === undefined ? {} : { format: formatNamed(options.format) };
  const settings = settingsOf({ ...format, ...options.settings });
  const reader = new RecordReader(origin, settings, options.key ?? "k", counts, (record) =>
    records.push(kept(record, options.get ?? [])),
  );
  const framer = reader.framer({});
  for (const chunk of typeof content === "string" ? [Buffer.from(content)] : content)
    framer.push(chunk, (block) => reader.read(block));
  framer.end((block) => reader.read(block));
  return { records, counts, format: reader.format };
}

export function kept(record: RecordCursor, names: readonly string[] = []): ReadRecord {
  const out = new ByteWriter();
  encodeDocument(record, out);
  const json = out.view().toString("utf8");
  return {
    id: recordId(record.idKey, record.start, record.end, record.part),
    json,
    document: parseUnique(json) as ReadRecord["document"],
    timestampFrom: record.timestampFrom,
    tags: record.get("tags"),
    fields: Object.fromEntries(names.map((name) => [name, record.get(name)])),
  };
}

/** Parses; throws when a member is there twice: parsers differ on which one holds, and Elasticsearch takes neither. */
export function parseUnique(json: string): unknown {
  const parsed: unknown = JSON.parse(json);
  const written = [...json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
  if (members(parsed) !== written) throw new Error(`a member is there twice: ${json}`);
  return parsed;
}

function members(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + members(each), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** The member of nested objects that a dotted name means. */
export function member(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce((value: unknown, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}
