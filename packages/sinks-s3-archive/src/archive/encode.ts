import {
  type ArchiveMarks,
  type ByteWriter,
  type EncodedBatch,
  encodeDocument,
  encodeLine,
  lineDocument,
  type RecordView,
} from "@sluice/core";
import type { Format } from "./options.ts";

/** How a format writes a record, one line each. */
export interface Encoding {
  /** What the object's metadata is to say of a batch. */
  marks(batch: EncodedBatch): ArchiveMarks;
  encode(record: RecordView, out: ByteWriter): undefined;
  /** The JSON document inside an encoded record; default: the line without its end. */
  document?(encoded: Uint8Array): Uint8Array;
}

const ID = { id: true } as const;

export const ENCODINGS: Readonly<Record<Format, Encoding>> = {
  ndjson: {
    marks: () => ({ kind: "documents" }),
    /** With the record's id in it, so that what is read back from the archive keeps its ids. */
    encode: (record, out) => {
      encodeDocument(record, out, ID);
      out.byte(0x0a);
      return undefined;
    },
  },
  raw: {
    marks: (batch) => ({ kind: "lines", start: 0, ...batch.pieceOf?.() }),
    encode: (record, out) => {
      encodeLine(record, out);
      return undefined;
    },
    document: lineDocument,
  },
};
