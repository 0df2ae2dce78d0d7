import { asSluiceError } from "../errors.ts";
import type { Reason } from "../ports/sink.ts";

/** Whatever was thrown, as the reason that records get. */
export function reasonOf(error: unknown): Reason {
  const { code, message } = asSluiceError(error);
  return { code, message };
}
