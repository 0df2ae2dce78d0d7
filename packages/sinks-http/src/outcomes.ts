import { DELIVERED, quote, type Reason, retryAfterMs, type SendResult } from "@sluice/core";

/** What an HTTP server said, as far as it matters. `text` holds no secrets. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

type Action = Exclude<SendResult["kind"], "delivered" | "each">;

/** Everything not named here: 5xx is worth another attempt, the rest is for a person to look at. */
const ACTIONS: ReadonlyMap<number, Action> = new Map([
  // Some records may be at fault: core halves the batch until it has them.
  [400, "split"],
  [413, "split"],
  [422, "split"],
  [401, "unauthorized"],
  [403, "unauthorized"],
  [408, "retry"],
  [425, "retry"],
  [429, "retry"],
]);

export function outcomeOf(answer: HttpAnswer, now: number): SendResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  const kind = ACTIONS.get(status) ?? (status >= 500 && status < 600 ? "retry" : "unavailable");
  const reason = reasonOf(answer);
  return kind === "retry" ? { kind, reason, afterMs: retryAfterMs(answer.retryAfter, now) } : { kind, reason };
}

export function reasonOf({ status, text }: HttpAnswer): Reason {
  return { code: `HTTP_${status}`, status, message: text === "" ? `HTTP ${status} without words` : quote(text) };
}

/** OpenSSL's and Node's words for a certificate or a TLS set-up that another attempt won't mend. */
const TLS_FAULT =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

type Fault = Extract<SendResult, { readonly kind: "retry" | "unavailable" }>;

/** No answer: the network's fault, or a wrong certificate. */
export function faultOf(error: unknown, redact: (text: string) => string): Fault {
  const { code, message } = rootOf(error);
  const reason = { code, message: quote(redact(message)) };
  return TLS_FAULT.test(code) ? { kind: "unavailable", reason } : { kind: "retry", reason };
}

function rootOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "NETWORK", message: String(error) };
  const { code } = error as Error & { code?: unknown };
  if (typeof code === "string") return { code, message: error.message || code };
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return { code: "NETWORK", message: error.message || error.name };
}
