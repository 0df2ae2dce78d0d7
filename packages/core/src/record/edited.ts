import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { parseExact } from "../bytes/exact-json.ts";
import { isPlausibleTime } from "../bytes/iso-time.ts";
import { encodeEcs } from "./document.ts";
import type { Members } from "./members.ts";
import type { RecordCursor } from "./record.ts";

/**
 * A record that was changed has a document of its own, `@timestamp` in ISO form, `message`, and the rest under ECS names,
 * nested: what sinks encode from then on.
 */
export function editable(record: RecordCursor): RecordCursor {
  return record.edited === undefined ? copyWith(record, documentOf(record)) : record;
}

/** Another record of the same frame, with this document. */
export function copyWith(record: RecordCursor, document: Members): RecordCursor {
  const copy = record.copy(document);
  settle(copy);
  return copy;
}

/** To be called when the document was changed: sinks of raw lines take the message from the cursor. */
export function settle(record: RecordCursor): void {
  const message = record.edited?.message;
  const bytes = Buffer.from(typeof message === "string" ? message : "");
  record.bytes = bytes;
  record.from = 0;
  record.to = bytes.length;
  record.messageText = undefined;
  record.escaped = undefined;
  record.inJson = false;
  record.quotes = -1;
  record.editedText = undefined;
}

/** Takes the time over from a document's `@timestamp`; false when that is none. */
export function setTimestamp(record: RecordCursor, time: unknown): boolean {
  const ms = typeof time === "number" ? time : typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (!isPlausibleTime(ms)) return false;
  if (ms !== record.timestamp) record.timestampFrom = "record";
  record.timestamp = ms;
  return true;
}

/** Where its time came from, and its id, go on as the cursor's own: not in here. */
export function documentOf(record: RecordCursor): Members {
  const out = new ByteWriter(1024);
  encodeEcs(record, out, false);
  const { sluice: _, ...document } = parseExact(out.view().toString("utf8")) as Members;
  return document;
}
