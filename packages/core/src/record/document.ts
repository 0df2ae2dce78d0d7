import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { Members } from "./members.ts";
import { type RecordCursor, type RecordView, writeId } from "./record.ts";

const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;
const HEAD = Buffer.from('{"@timestamp":"');
const MESSAGE = Buffer.from('","message":"');
const JSON_KEY = Buffer.from(',"json":');

/**
 * The neutral JSON document of a record, `{"@timestamp":…,"message":…,…}` without a line end, under ECS names.
 * `id: true` adds `sluice.id`, for sinks that have no other place for the record's id. `sluice.timestamp_from` is
 * there when the time is the object's or the arrival's, not the record's.
 */
export function encodeDocument(record: RecordView, out: ByteWriter, options?: { readonly id?: boolean }): void {
  const cursor = record as RecordCursor;
  if (cursor.edited !== undefined) {
    encodeEdited(cursor, cursor.edited, out, options?.id === true);
    return;
  }
  out.bytes(HEAD);
  out.isoMillis(cursor.timestamp);
  out.bytes(MESSAGE);
  encodeMessage(cursor, out);
  out.byte(QUOTE);
  cursor.context.template.write(cursor, out);
  if (cursor.jsonTo > 0) {
    out.bytes(JSON_KEY);
    out.bytes(cursor.bytes, cursor.jsonFrom, cursor.jsonTo);
  }
  encodeTags(cursor, out);
  encodeOwn(cursor, out, options?.id === true);
  out.byte(CLOSE_BRACE);
}

/** The time is written first, whatever the document says of it. */
function encodeEdited(cursor: RecordCursor, edited: Readonly<Members>, out: ByteWriter, id: boolean): void {
  const text = editedText(cursor, edited);
  out.bytes(HEAD);
  out.isoMillis(cursor.timestamp);
  out.byte(QUOTE);
  if (text.length > 2) out.utf8(`,${text.slice(1, -1)}`);
  encodeOwn(cursor, out, id);
  out.byte(CLOSE_BRACE);
}

/** The JSON text of a changed record's document but for its time; made once for all sinks. Throws what JSON can't hold. */
export function editedText(cursor: RecordCursor, edited: Readonly<Members>): string {
  const { "@timestamp": _, ...members } = edited;
  cursor.editedText ??= JSON.stringify(members);
  return cursor.editedText;
}

function encodeMessage(cursor: RecordCursor, out: ByteWriter): void {
  if (cursor.messageText === undefined && cursor.escaped !== undefined) {
    out.bytes(cursor.escaped, cursor.escapedFrom, cursor.escapedTo);
    return;
  }
  if (cursor.messageText === undefined) {
    out.jsonText(cursor.bytes, cursor.from, cursor.to);
    return;
  }
  const bytes = Buffer.from(cursor.messageText);
  out.jsonText(bytes, 0, bytes.length);
}

function encodeTags(cursor: RecordCursor, out: ByteWriter): void {
  const { tags } = cursor.context;
  if (tags.length + cursor.ownTags.length === 0) return;
  out.ascii(',"tags":');
  out.utf8(JSON.stringify(cursor.ownTags.length === 0 ? tags : [...tags, ...cursor.ownTags]));
}

/** Sluice's own words about the record: its id, and where its time came from when not from itself. */
function encodeOwn(cursor: RecordCursor, out: ByteWriter, id: boolean): void {
  const borrowed = cursor.timestampFrom !== "record";
  if (!id && !borrowed) return;
  out.ascii(',"sluice":{');
  if (id) {
    out.ascii('"id":"');
    writeId(cursor, out);
    out.byte(QUOTE);
  }
  if (borrowed) out.ascii(`${id ? "," : ""}"timestamp_from":"${cursor.timestampFrom}"`);
  out.byte(CLOSE_BRACE);
}
