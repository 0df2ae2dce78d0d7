import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { isLogPayload } from "../envelope/log-payload.ts";
import { isGzip } from "../object/decompress.ts";

const OPEN_BRACE = 0x7b;
const LF = 0x0a;

/**
 * The same records in two pieces of data, as a stream may hold them: half of the log events each, or half of the lines. Undefined
 * when there is nothing to part. What was gzip is gzip again.
 */
export function halves(data: Uint8Array, maxInlineBytes: number): readonly [Buffer, Buffer] | undefined {
  const packed = isGzip(data);
  const bytes = packed ? gunzipSync(data, { maxOutputLength: maxInlineBytes }) : Buffer.from(data);
  const parts = eventHalves(bytes) ?? lineHalves(bytes);
  if (parts === undefined || !packed) return parts;
  return [gzipSync(parts[0]), gzipSync(parts[1])];
}

function eventHalves(bytes: Buffer): [Buffer, Buffer] | undefined {
  const value = bytes[0] === OPEN_BRACE ? parsed(bytes) : undefined;
  if (!isLogPayload(value) || value.logEvents.length < 2) return undefined;
  const middle = value.logEvents.length >> 1;
  const part = (logEvents: readonly unknown[]): Buffer => Buffer.from(JSON.stringify({ ...value, logEvents }));
  return [part(value.logEvents.slice(0, middle)), part(value.logEvents.slice(middle))];
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** At the line end nearest before the middle, else the first behind it. */
function lineHalves(bytes: Buffer): [Buffer, Buffer] | undefined {
  const middle = bytes.length >> 1;
  const before = bytes.lastIndexOf(LF, middle);
  const at = (before >= 0 ? before : bytes.indexOf(LF, middle)) + 1;
  return at <= 0 || at >= bytes.length ? undefined : [bytes.subarray(0, at), bytes.subarray(at)];
}
