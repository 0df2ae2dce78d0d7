import { type ErrorCode, quote, SluiceError } from "@sluice/core";

const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "OBJECT_MISSING",
  ENOTDIR: "OBJECT_MISSING",
  ENAMETOOLONG: "OBJECT_MISSING",
  ERR_INVALID_ARG_VALUE: "OBJECT_MISSING",
  EACCES: "ACCESS_DENIED",
  EPERM: "ACCESS_DENIED",
  ELOOP: "ACCESS_DENIED",
  EMFILE: "THROTTLED",
  ENFILE: "THROTTLED",
  EBUSY: "THROTTLED",
};

/** Normalises what the file system said; core adds which object it was. An abort keeps its own reason. */
export function fileError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SluiceError) return error;
  const { code = "", message = String(error) } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  return new SluiceError(BY_CODE[code] ?? "INTERNAL", quote(message), { cause: error });
}
