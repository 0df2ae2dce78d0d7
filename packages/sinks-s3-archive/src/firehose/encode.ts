import { type ByteWriter, encodeDocument, type RecordView } from "@sluice/core";

const ID = { id: true } as const;

/** One NDJSON line with the record's id in it, so that what is read back from the archive keeps its ids. */
export function encode(record: RecordView, out: ByteWriter): undefined {
  encodeDocument(record, out, ID);
  out.byte(0x0a);
}
