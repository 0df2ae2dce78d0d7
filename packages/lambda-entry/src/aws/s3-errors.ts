import { type ErrorCode, quote, SluiceError } from "@sluice/core";

/** What an error says about itself: a refusal, the SDK's, Node's or undici's. */
interface Faults {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

/** S3's error codes (Amazon S3 API Reference, "Error responses"). */
const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  PreconditionFailed: "OBJECT_CHANGED",
  NoSuchKey: "OBJECT_MISSING",
  NoSuchVersion: "OBJECT_MISSING",
  NoSuchBucket: "OBJECT_MISSING",
  NotFound: "OBJECT_MISSING",
  InvalidObjectState: "OBJECT_ARCHIVED",
  AccessDenied: "ACCESS_DENIED",
  CredentialsProviderError: "ACCESS_DENIED",
  SlowDown: "THROTTLED",
  ServiceUnavailable: "THROTTLED",
  InternalError: "THROTTLED",
  RequestTimeout: "THROTTLED",
  RequestLimitExceeded: "THROTTLED",
  Throttling: "THROTTLED",
  ThrottlingException: "THROTTLED",
  TooManyRequestsException: "THROTTLED",
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: "ACCESS_DENIED",
  403: "ACCESS_DENIED",
  404: "OBJECT_MISSING",
  // The version that was asked for is a delete marker.
  405: "OBJECT_MISSING",
  408: "TIMEOUT",
  412: "OBJECT_CHANGED",
  429: "THROTTLED",
};

/** Node's own codes and undici's. ERR_… are misuse and bad certificates. */
const NETWORK = /^(?:E(?!RR_)[A-Z_]+|HPE_[A-Z_]+|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;
const TIMEOUTS = /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** All that the SDK says where it finds no region: neither in the environment nor in a profile. */
const NO_REGION = "Region is missing";

export function s3ErrorCode(error: unknown): ErrorCode {
  const { name = "", message, $metadata, $response, code = "" } = (error ?? {}) as Faults;
  if (message === NO_REGION) return "ACCESS_DENIED";
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined || status < 400) return BY_NAME[name] ?? connectionCode(name, code);
  return BY_NAME[name] ?? BY_STATUS[status] ?? (status >= 500 ? "THROTTLED" : "INTERNAL");
}

/** By `code` first: the SDK also names resets TimeoutError. */
function connectionCode(name: string, code: string): ErrorCode {
  if (TIMEOUTS.test(code)) return "TIMEOUT";
  if (NETWORK.test(code)) return "RESET";
  return name === "TimeoutError" ? "TIMEOUT" : "INTERNAL";
}

/** Normalises what a GET or its body failed with; core adds which object it was. An abort keeps its own reason. */
export function s3Error(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SluiceError) return error;
  const { name = "Error", message = "" } = (error ?? {}) as Faults;
  return new SluiceError(s3ErrorCode(error), quote(`${name}: ${message}`), { cause: error });
}
