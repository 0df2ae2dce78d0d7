import { type Reason, type SendResult, type Sink, withTimeout } from "@sluice/core";
import { Pool } from "undici";
import { ENCODINGS } from "./encode.ts";
import type { HttpOptions } from "./options.ts";
import { faultOf, outcomeOf, reasonOf } from "./outcomes.ts";
import { redactor } from "./secrets.ts";
import { authHeader, compress, exchange, headersOf } from "./send.ts";

/** Before compression: what most receivers take in one request. */
const BATCH_BYTES = 5 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

export function httpSink(options: HttpOptions): Sink {
  const encoding = ENCODINGS[options.format];
  const { origin, pathname, search } = new URL(options.url);
  const pool = poolTo(origin, options);
  const redact = redactor(options);
  const target = { dispatcher: pool, origin, path: pathname + search, redact };
  const headers = headersOf(options, encoding);
  const probeHeaders = { ...authHeader(options), ...options.headers };

  const post = async (batch: Uint8Array, signal: AbortSignal): Promise<SendResult> => {
    const body = compress(encoding.body(batch), options);
    return outcomeOf(await exchange({ ...target, method: options.method, headers, body }, signal), Date.now());
  };
  /** Any answer will do, as few receivers have one for HEAD; refused credentials won't. */
  const reach = async (signal: AbortSignal): Promise<Reason | undefined> => {
    const answer = await exchange({ ...target, method: "HEAD", headers: probeHeaders, body: [] }, signal);
    return answer.status === 401 || answer.status === 403 ? reasonOf(answer) : undefined;
  };
  const within = <T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withTimeout(options.requestTimeoutMs, signal, task);

  return {
    dedupes: "never",
    limits: {
      maxBatchBytes: BATCH_BYTES - encoding.overheadBytes,
      maxRecordBytes: BATCH_BYTES - encoding.overheadBytes,
    },
    encode: (record, out) => {
      encoding.encode(record, out);
      return undefined;
    },
    document: encoding.document,
    send: ({ bytes }, call) =>
      within(call.signal, (signal) => post(bytes, signal)).catch((error) => faultOf(error, redact)),
    probe: (signal) => within(signal, reach).catch((error) => faultOf(error, redact).reason),
    close: () => pool.close().catch(() => {}),
  };
}

/** HTTP/1.1: one batch fills a connection, and a reset then costs one batch. Undici's own 5-minute timeouts give way to ours. */
function poolTo(origin: string, { tls }: HttpOptions): Pool {
  const connect = { timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: tls.rejectUnauthorized };
  return new Pool(origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: tls.ca === undefined ? connect : { ...connect, ca: tls.ca },
  });
}
