import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import { expectObject, expectText, isObject, type Json, list, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";
import { decodeKey } from "./s3.ts";

/**
 * What a distributed map of Step Functions goes over: objects as a listing or an inventory names them. In a batch they are `Items`,
 * and what is the same for all of them may stand in `BatchInput` (`Bucket`, `Region`, `EncodingType`); without a batcher an item comes
 * by itself. Keys are as they are, with `EncodingType: "url"` URL-encoded (inventories in CSV).
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export const distributedMap: Envelope = {
  name: "distributed-map",
  unwrap(value, _descend, context, path) {
    const items = list(value.Items);
    if (items === undefined) return isAlone(value) ? object(value, {}, "", context, path) : undefined;
    if (!hasKey(items[0])) return undefined;
    const shared = value.BatchInput === undefined ? {} : expectObject(value.BatchInput, "BatchInput");
    return merge(
      items.map((item, i) => object(expectObject(item, `Items[${i}]`), shared, `Items[${i}].`, context, path)),
    );
  },
};

function hasKey(value: unknown): boolean {
  return isObject(value) && typeof value.Key === "string";
}

function isAlone(value: Json): boolean {
  return hasKey(value) && ("Bucket" in value || "LastModified" in value);
}

/** Objects that are there already: their own notifications may have had them delivered. */
function object(item: Json, shared: Json, where: string, context: ReceiverContext, path: readonly string[]): Unwrapped {
  const key = expectText(item.Key, `${where}Key`);
  const isEncoded = (item.EncodingType ?? shared.EncodingType) === "url";
  const ref = {
    store: "s3" as const,
    bucket: expectText(item.Bucket ?? shared.Bucket, `${where}Bucket`),
    key: isEncoded ? decodeKey(key, `${where}Key`) : key,
    etag: optionalText(item.Etag ?? item.ETag)?.replaceAll('"', ""),
    versionId: optionalText(item.VersionId),
    size: sizeOf(item.Size),
    region: optionalText(item.Region ?? shared.Region) ?? context.region,
  };
  return { items: [{ kind: "object", path, ref, again: true }], ignored: [] };
}

/** A number, or the text of one where it comes from a table. */
function sizeOf(size: unknown): number | undefined {
  const number = typeof size === "string" && size !== "" ? Number(size) : size;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined;
}
