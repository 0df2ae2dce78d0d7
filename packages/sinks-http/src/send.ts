import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { gzip } from "@sluice/core";
import type { Dispatcher, Pool } from "undici";
import type { Encoding } from "./encode.ts";
import type { HttpOptions } from "./options.ts";
import type { HttpAnswer } from "./outcomes.ts";
import { basicCredentials } from "./secrets.ts";

/** Of an answer's body: what is kept for the reason, and what is read so that the connection can be used again. */
const REASON_BYTES = 16 * 1024;
const DRAIN_BYTES = 256 * 1024;

export interface Exchange {
  readonly dispatcher: Pool;
  readonly method: Dispatcher.HttpMethod;
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
  readonly redact: (text: string) => string;
}

/** One request and its answer. Rejects when there is no answer. Redirects are answers like others. */
export async function exchange(it: Exchange, signal: AbortSignal): Promise<HttpAnswer> {
  const { dispatcher, origin, path, method } = it;
  const sent = { headers: { ...it.headers, ...lengthOf(it.body) }, body: bodyOf(it.body) };
  const { statusCode, headers, body } = await dispatcher.request({ origin, path, method, ...sent, signal });
  const text = await readText(body);
  const after = headers["retry-after"];
  return { status: statusCode, text: it.redact(text).trim(), retryAfter: Array.isArray(after) ? after[0] : after };
}

/** One piece as it is; several one after the other, which undici would send in chunks if not told the length. */
function bodyOf(pieces: readonly Uint8Array[]): Uint8Array | Readable | null {
  return pieces.length <= 1 ? (pieces[0] ?? null) : Readable.from(pieces);
}

function lengthOf(pieces: readonly Uint8Array[]): Record<string, string> {
  if (pieces.length === 0) return {};
  return { "content-length": String(pieces.reduce((sum, piece) => sum + piece.length, 0)) };
}

/** The status stands whatever becomes of the body, so that a body cut short is no error. */
async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (size < REASON_BYTES) kept.push(chunk.subarray(0, REASON_BYTES - size));
      size += chunk.length;
      if (size > DRAIN_BYTES) break;
    }
  } catch {}
  return Buffer.concat(kept).toString("utf8");
}

/** One batch as the request's body, compressed if so asked. */
export function compress(pieces: readonly Uint8Array[], options: HttpOptions): readonly Uint8Array[] {
  if (options.compression === "none") return pieces;
  const whole = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  return [gzip(whole, options.compressionLevel)];
}

/** The sink's headers, the same for every request. */
export function headersOf(options: HttpOptions, encoding: Encoding): Record<string, string> {
  return { ...authHeader(options), ...options.headers, ...contentHeaders(options, encoding) };
}

function contentHeaders(options: HttpOptions, encoding: Encoding): Record<string, string> {
  const type = { "content-type": options.contentType ?? encoding.contentType };
  return options.compression === "none" ? type : { ...type, "content-encoding": options.compression };
}

export function authHeader({ auth }: HttpOptions): Record<string, string> {
  if (auth?.basic !== undefined) return { authorization: `Basic ${basicCredentials(auth.basic)}` };
  if (auth?.bearer !== undefined) return { authorization: `Bearer ${auth.bearer}` };
  return auth?.header === undefined ? {} : { [auth.header.name]: auth.header.value };
}
