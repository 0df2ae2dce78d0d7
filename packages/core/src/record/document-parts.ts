import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { Members } from "./members.ts";
import type { RecordCursor } from "./record.ts";

/** The JSON text of a changed record's document but for its time; made once for all sinks. Throws what JSON can't hold. */
export function editedText(cursor: RecordCursor, edited: Readonly<Members>): string {
  const { "@timestamp": _, ...members } = edited;
  cursor.editedText ??= JSON.stringify(cursor.context.otel?.membersOf(members) ?? members);
  return cursor.editedText;
}

/** The message as the inside of a JSON string. */
export function encodeMessage(cursor: RecordCursor, out: ByteWriter): void {
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

/** `,"tags":[…]`, or nothing. */
export function encodeTags(cursor: RecordCursor, out: ByteWriter): void {
  const { tags } = cursor.context;
  if (tags.length + cursor.ownTags.length === 0) return;
  out.ascii(',"tags":');
  out.utf8(JSON.stringify(cursor.ownTags.length === 0 ? tags : [...tags, ...cursor.ownTags]));
}
