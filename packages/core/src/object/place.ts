import { asSluiceError, quote, SluiceError } from "../errors.ts";
import type { ObjectRef } from "../ports/object-reader.ts";

/** An object as messages name it. */
export function placeOf({ store, bucket, key }: Pick<ObjectRef, "store" | "bucket" | "key">): string {
  return store === "s3" ? `s3://${quote(bucket)}/${quote(key)}` : quote(key);
}

/** What went wrong with an object, its place before the words. */
export function withPlace(ref: ObjectRef, error: unknown): SluiceError {
  const known = asSluiceError(error);
  return new SluiceError(known.code, `${placeOf(ref)}: ${known.message}`, { cause: known });
}
