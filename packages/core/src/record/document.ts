import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { editedText, encodeMessage, encodeTags } from "./document-parts.ts";
import type { Members } from "./members.ts";
import { encodeOtel } from "./otel-document.ts";
import { type RecordCursor, type RecordView, recordId, writeId } from "./record.ts";
import { writeVerbatim } from "./verbatim.ts";

const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;
const HEAD = Buffer.from('{"@timestamp":"');
const MESSAGE = Buffer.from('","message":"');
const JSON_KEY = Buffer.from(',"json":');

/**
 * The neutral JSON document of a record, without a line end, under the names that its source's `parse` says: those of ECS,
 * `{"@timestamp":…,"message":…,…}`, or of OpenTelemetry. `id: true` adds the record's id, as `sluice.id` or
 * `log.record.uid`, for sinks that have no other place for it.
 */
export function encodeDocument(record: RecordView, out: ByteWriter, options?: { readonly id?: boolean }): void {
  const cursor = record as RecordCursor;
  if (cursor.context.otel !== undefined) encodeOtel(cursor, cursor.context.otel, out, options?.id === true);
  else encodeEcs(cursor, out, options?.id === true);
}

/** Under ECS names. `sluice.timestamp_from` is there when the time is the object's or the arrival's, not the record's. */
export function encodeEcs(cursor: RecordCursor, out: ByteWriter, id: boolean): void {
  if (cursor.edited !== undefined) {
    encodeEdited(cursor, cursor.edited, out, id);
    return;
  }
  if (cursor.verbatim !== undefined) {
    const { idKey, start, end, part } = cursor;
    writeVerbatim(cursor.verbatim, id ? recordId(idKey, start, end, part) : undefined, out);
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
  encodeOwn(cursor, out, id);
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
