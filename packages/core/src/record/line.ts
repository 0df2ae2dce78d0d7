import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { encodeDocument } from "./document.ts";
import type { RecordCursor, RecordView } from "./record.ts";

const LINE_END = 0x0a;
const ID = { id: true } as const;

/**
 * The record as it came, byte for byte, and a line end. Of one that was changed: its message, where that was the whole
 * line; else there is no such line any more, and its document stands for it, as for a program's record with fields, and for
 * one that was read back from an archive of documents.
 */
export function encodeLine(record: RecordView, out: ByteWriter): void {
  const cursor = record as RecordCursor;
  if (cursor.edited === undefined && cursor.verbatim === undefined && !hasFieldsBeside(cursor))
    encodeFrame(cursor, out);
  else if (cursor.wasLine && typeof cursor.edited?.message === "string")
    out.bytes(cursor.bytes, cursor.from, cursor.to);
  else encodeDocument(cursor, out, ID);
  out.byte(LINE_END);
}

function hasFieldsBeside({ context, jsonTo }: RecordCursor): boolean {
  return jsonTo > 0 && context.origin.service === "direct";
}

function encodeFrame(cursor: RecordCursor, out: ByteWriter): void {
  if (cursor.inJson) out.utf8(cursor.message());
  else out.bytes(cursor.frame, cursor.frameFrom, cursor.frameTo);
}

/** The dead letters' document of a line that `encodeLine` wrote. */
export function lineDocument(line: Uint8Array): Uint8Array {
  return Buffer.from(JSON.stringify({ message: Buffer.from(line.subarray(0, -1)).toString() }));
}
