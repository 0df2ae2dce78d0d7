import { type ByteWriter, encodeDocument, type RecordView } from "@sluice/core";

const NEWLINE = 0x0a;

export function encode(record: RecordView, out: ByteWriter): undefined {
  encodeDocument(record, out, { id: true });
  out.byte(NEWLINE);
}
