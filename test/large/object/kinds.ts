import { createHash } from "node:crypto";
import { gzipOf } from "./gzip.ts";
import { type LargeObject, objectOf, type Pieces } from "./object.ts";
import { Text } from "./text.ts";

export const KINDS = ["plain", "gzip"] as const;
export type Kind = (typeof KINDS)[number];

export interface Made {
  readonly object: LargeObject;
  readonly text: Text;
  /** Serials go from 0 to this one, which isn't there. */
  readonly records: number;
}

/** At least so many bytes of text: whole segments. */
export function makeObject(kind: Kind, bytes: number, lineBytes: number): Made {
  const text = new Text(lineBytes);
  const segments = Math.ceil(bytes / text.segmentBytes);
  const pieces = kind === "gzip" ? gzipOf(text, segments) : plainOf(text, segments);
  const name = kind === "gzip" ? "large.log.gz" : "large.log";
  const etag = createHash("md5").update(`${kind} ${segments} ${lineBytes}`).digest("hex");
  return { object: objectOf(name, etag, pieces), text, records: segments * text.linesPerSegment };
}

function plainOf(text: Text, segments: number): Pieces {
  return { count: segments, offset: (i) => i * text.segmentBytes, piece: (i) => text.segment(i) };
}
