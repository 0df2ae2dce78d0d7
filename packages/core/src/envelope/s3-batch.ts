import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import { expectObject, expectText, isObject, type Json, list, malformed, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";
import { decodeKey } from "./s3.ts";

/**
 * S3 Batch Operations → Lambda, invocation schema 1.0 (`s3BucketArn`) and 2.0 (`s3Bucket`); keys are URL-encoded.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export const s3Batch: Envelope = {
  name: "s3-batch",
  unwrap(value, _descend, context, path) {
    if (!isBatchEvent(value)) return undefined;
    const tasks = list(value.tasks) ?? [];
    return merge(tasks.map((task, i) => s3Task(expectObject(task, `tasks[${i}]`), context, path)));
  },
};

export function isBatchEvent(value: unknown): value is Json {
  return isObject(value) && typeof value.invocationSchemaVersion === "string" && Array.isArray(value.tasks);
}

/** Jobs go over objects that are there already, which their own notifications may have had delivered. */
export function s3Task(task: Json, context: ReceiverContext, path: readonly string[]): Unwrapped {
  const ref = {
    store: "s3" as const,
    bucket: bucketOf(task),
    key: decodeKey(expectText(task.s3Key, "s3Key"), "s3Key"),
    etag: undefined,
    versionId: optionalText(task.s3VersionId),
    size: undefined,
    region: context.region,
  };
  return { items: [{ kind: "object", path, ref, again: true }], ignored: [] };
}

function bucketOf({ s3Bucket, s3BucketArn }: Json): string {
  const name = optionalText(s3Bucket);
  if (name !== undefined) return name;
  const arn = expectText(s3BucketArn, "s3BucketArn");
  const bucket = /^arn:[a-z-]+:s3:[^:]*:[^:]*:([^/:]+)$/.exec(arn)?.[1];
  if (bucket === undefined) throw malformed("s3BucketArn", "a bucket's ARN", arn);
  return bucket;
}
