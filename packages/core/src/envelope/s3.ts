import { quote, SluiceError } from "../errors.ts";
import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import {
  expectObject,
  expectText,
  isObject,
  type Json,
  list,
  malformed,
  optionalNumber,
  optionalText,
  shown,
} from "./expect.ts";
import type { ReceiverContext } from "./item.ts";

/** Event families that carry no new object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const IGNORABLE =
  /^(?:s3:)?(?:ObjectRemoved|ObjectRestore|ReducedRedundancyLostObject|Replication|LifecycleExpiration|LifecycleTransition|IntelligentTiering|ObjectTagging|ObjectAcl)\b/;

/** S3 event notification: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export const s3: Envelope = {
  name: "s3",
  unwrap(value, _descend, context, path) {
    if (value.Event === "s3:TestEvent") return { items: [], ignored: [{ path, reason: "s3:TestEvent" }] };
    const records = list(value.Records);
    if (!isObject(records?.[0]) || !(records[0].eventSource === "aws:s3" || isObject(records[0].s3))) return undefined;
    return merge(
      records.map((record, i) => notification(expectObject(record, `Records[${i}]`), `Records[${i}]`, context, path)),
    );
  },
};

function notification(record: Json, where: string, context: ReceiverContext, path: readonly string[]): Unwrapped {
  const name = expectText(record.eventName, `${where}.eventName`);
  if (IGNORABLE.test(name)) return { items: [], ignored: [{ path, reason: quote(name) }] };
  if (!/^(?:s3:)?ObjectCreated\b/.test(name)) {
    throw new SluiceError("EVENT_UNRECOGNIZED", `${where}.eventName: expected ObjectCreated:*, got ${shown(name)}`);
  }
  const entity = expectObject(record.s3, `${where}.s3`);
  const bucket = expectText(expectObject(entity.bucket, `${where}.s3.bucket`).name, `${where}.s3.bucket.name`);
  const object = expectObject(entity.object, `${where}.s3.object`);
  const ref = {
    store: "s3" as const,
    bucket,
    key: decodeKey(expectText(object.key, `${where}.s3.object.key`), `${where}.s3.object.key`),
    etag: optionalText(object.eTag),
    versionId: optionalText(object.versionId),
    size: optionalNumber(object.size),
    region: optionalText(record.awsRegion) ?? context.region,
  };
  // Beside S3's own members: what `sluice backfill --queue` adds.
  const again = isObject(record.sluice) && record.sluice.again === true;
  return { items: [{ kind: "object", path, ref, ...(again ? { again } : {}) }], ignored: [] };
}

/** Keys come URL-encoded, a space as `+`. */
export function decodeKey(key: string, where: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw malformed(where, "a URL-encoded key", key);
  }
}
