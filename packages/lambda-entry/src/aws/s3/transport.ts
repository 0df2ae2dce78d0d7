import { Pool } from "undici";
import { type Answer, Exchange } from "./exchange.ts";

const CONNECT_TIMEOUT_MS = 3_000;

/** Ready to be sent. */
export interface Get {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a GET, once, over connections that are kept: whatever the status, the answer is an answer. */
export type Send = (get: Get, signal: AbortSignal) => Promise<Answer>;

/** `socketTimeoutMs`: how long a connection may stay silent, before an answer or within a body that is being read. */
export function createSend(socketTimeoutMs: number): Send {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const silence = { headersTimeout: socketTimeoutMs, bodyTimeout: socketTimeoutMs };
    // S3 knows no HTTP/2: asking for it would have the first connection go ahead of all others.
    const pool = new Pool(origin, { connectTimeout: CONNECT_TIMEOUT_MS, allowH2: false, ...silence });
    pools.set(origin, pool);
    return pool;
  };
  return ({ origin, path, headers }, signal) => {
    const exchange = new Exchange(signal);
    if (!signal.aborted) poolOf(origin).dispatch({ path, method: "GET", headers }, exchange);
    return exchange.answer;
  };
}
