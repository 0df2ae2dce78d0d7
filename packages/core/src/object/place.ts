import { asSluiceError, quote, SluiceError } from "../errors.ts";
import type { ObjectRef } from "../ports/object-reader.ts";

/** What went wrong with an object, its place before the words. */
export function withPlace({ store, bucket, key }: ObjectRef, error: unknown): SluiceError {
  const known = asSluiceError(error);
  const place = store === "s3" ? `s3://${quote(bucket)}/${quote(key)}` : quote(key);
  return new SluiceError(known.code, `${place}: ${known.message}`, { cause: known });
}
