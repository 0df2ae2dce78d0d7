import { Buffer } from "node:buffer";
import { type ByteWriter, encodeDocument, type RecordView } from "@sluice/core";
import type { Format } from "./options.ts";

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN = Buffer.from("[");
const CLOSE = Buffer.from("]");

/** How a format writes a record, frames a batch of them, and names itself. */
export interface Encoding {
  readonly contentType: string;
  /** Bytes that `body` adds to a batch. */
  readonly overheadBytes: number;
  encode(record: RecordView, out: ByteWriter): void;
  /** The request's body in pieces; none of them is a copy. */
  body(batch: Uint8Array): readonly Uint8Array[];
  /** The JSON document inside an encoded record. */
  document(encoded: Uint8Array): Uint8Array;
}

const ID = { id: true } as const;

const withoutLast = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, -1);

const documents =
  (separator: number) =>
  (record: RecordView, out: ByteWriter): void => {
    encodeDocument(record, out, ID);
    out.byte(separator);
  };

export const ENCODINGS: Readonly<Record<Format, Encoding>> = {
  ndjson: {
    contentType: "application/x-ndjson",
    overheadBytes: 0,
    encode: documents(NEWLINE),
    body: (batch) => [batch],
    document: withoutLast,
  },
  "json-array": {
    contentType: "application/json",
    overheadBytes: 1,
    encode: documents(COMMA),
    body: (batch) => [OPEN, withoutLast(batch), CLOSE],
    document: withoutLast,
  },
  text: {
    contentType: "text/plain; charset=utf-8",
    overheadBytes: 0,
    encode: (record, out) => {
      out.utf8(`${oneLine(String(record.get("message") ?? ""))}\n`);
    },
    body: (batch) => [batch],
    document: (encoded) => Buffer.from(JSON.stringify({ message: Buffer.from(withoutLast(encoded)).toString() })),
  },
};

/** Only messages of CloudWatch, Kinesis and programs can hold line ends; lines of objects can't. */
function oneLine(message: string): string {
  return message.includes("\n") ? message.replaceAll("\n", "\\n") : message;
}
