import type { ObjectRef } from "@sluice/core";

/** In one message: what fails brings back all of it. */
export const MAX_REFERENCES = 10;
/** Bytes of the objects that one message names, as far as they are known. */
export const MAX_REFERENCED_BYTES: number = 64 * 1024 * 1024;

/** References to objects, grouped as they are to be sent. */
export function* grouped(refs: readonly ObjectRef[]): Generator<readonly ObjectRef[]> {
  let group: ObjectRef[] = [];
  let bytes = 0;
  for (const ref of refs) {
    const size = ref.size ?? 0;
    if (group.length > 0 && (group.length === MAX_REFERENCES || bytes + size > MAX_REFERENCED_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(ref);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/**
 * The body of a message as S3's own notifications are (Amazon S3: Event message structure), and in each record
 * `sluice: {"again": true}`: its records may have been delivered before.
 */
export function notificationOf(refs: readonly ObjectRef[], at: number): string {
  const eventTime = new Date(at).toISOString();
  return JSON.stringify({
    Records: refs.map(({ bucket, key, etag, size, versionId, region }) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: region,
      eventTime,
      eventName: "ObjectCreated:Put",
      s3: {
        s3SchemaVersion: "1.0",
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: encodedKey(key), size, eTag: etag, versionId },
      },
      sluice: { again: true },
    })),
  });
}

function encodedKey(key: string): string {
  return encodeURIComponent(key.toWellFormed()).replaceAll("%2F", "/").replaceAll("%20", "+");
}
