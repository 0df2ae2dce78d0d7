import type { Answer } from "./send.ts";

/** Milliseconds by the Retry-After header (RFC 9110 §10.2.3: seconds or a date); undefined without one that can be read. */
export function retryAfterMs(headers: Answer["headers"], now: number = Date.now()): number | undefined {
  const value = String(headers["retry-after"] ?? "").trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
