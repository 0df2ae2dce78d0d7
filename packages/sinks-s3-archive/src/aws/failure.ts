import { quote, type Reason, retryAfterMs, type SendResult } from "@sluice/core";

export type Action = "retry" | "split" | "unauthorized" | "unavailable";
export type Failure = Extract<SendResult, { readonly kind: Action }>;

/** Names under which AWS services refuse credentials, whatever the status (S3: Error Responses; AWS: Common Error Types). */
const CREDENTIAL_ERRORS: readonly string[] = [
  "AccessDenied",
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "InvalidToken",
  "MissingAuthenticationToken",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
];

const UNAUTHORIZED: ReadonlySet<string> = new Set(CREDENTIAL_ERRORS);
const THROTTLED = /throttl|slowdown|limitexceeded|toomanyrequests/i;
/** Names that the SDK gives to an answer it could not read. */
const UNREAD: ReadonlySet<string> = new Set(["Error", "SyntaxError", "TypeError", "Unknown", "UnknownError"]);
/** What an error's name looks like when it is one. */
const NAME = /^[\w.:-]{1,100}$/;

/** An error of the AWS SDK, in the little of it that matters. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** By the service's own names first (`table`), then by those that all services share, then by status. Unknown: for a person. */
export function failureOf(
  error: unknown,
  table: ReadonlyMap<string, Action>,
  redact: (text: string) => string,
  now: number,
): Failure {
  const { $metadata, $response } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const reason = reasonOf(error as SdkError, status, redact);
  const kind = table.get(reason.code) ?? sharedAction(reason.code) ?? statusAction(status);
  if (kind !== "retry") return { kind, reason };
  return { kind, reason, afterMs: retryAfterMs($response?.headers?.["retry-after"], now) };
}

function sharedAction(code: string): Action | undefined {
  if (UNAUTHORIZED.has(code)) return "unauthorized";
  return THROTTLED.test(code) ? "retry" : undefined;
}

/** Without a status there was no answer: the network's fault. */
function statusAction(status: number | undefined): Action {
  if (status === undefined) return "retry";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 413) return "split";
  return status === 408 || status === 429 || status >= 500 ? "retry" : "unavailable";
}

function reasonOf(error: SdkError, status: number | undefined, redact: (text: string) => string): Reason {
  const name = redact(String(error?.code ?? error?.name ?? ""));
  const known = NAME.test(name) && !UNREAD.has(name);
  const code = known ? name : status === undefined ? "NETWORK" : `HTTP_${status}`;
  const words = known || status === undefined ? redact(String(error?.message ?? "")).trim() : "";
  const message = words === "" ? `HTTP ${status ?? "error"} without words` : quote(words);
  return status === undefined ? { code, message } : { code, status, message };
}
