import { gunzipSync } from "node:zlib";

const CHUNK_BYTES = 1024 * 1024;

/** A body as it was before compression: at once and in large pieces, as the stand-in may not be what a run waits for. */
export function inflated(wire: Buffer, encoding: string | undefined): Buffer {
  return encoding === "gzip" ? gunzipSync(wire, { chunkSize: CHUNK_BYTES }) : wire;
}
