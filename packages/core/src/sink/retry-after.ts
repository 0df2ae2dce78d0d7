/** Milliseconds by a Retry-After header's value (RFC 9110 §10.2.3: seconds or a date); undefined for anything else. */
export function retryAfterMs(value: unknown, now: number = Date.now()): number | undefined {
  const text = String(value ?? "").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
