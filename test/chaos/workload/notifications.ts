import type { Random } from "../../fuzz/random.ts";

export interface Notified {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string | undefined;
}

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:objects";
const AT = "2026-11-03T10:00:00.000Z";

function s3Event(objects: readonly Notified[], random: Random): object {
  return {
    Records: objects.map(({ bucket, key, size, etag, versionId }) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "us-east-1",
      eventTime: AT,
      eventName: random.pick(["ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Copy"]),
      s3: {
        s3SchemaVersion: "1.0",
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encodeURIComponent(key).replaceAll("%20", "+"),
          size,
          eTag: etag,
          ...(versionId === undefined ? {} : { versionId }),
          sequencer: "0055AED6DCD90281E5",
        },
      },
    })),
  };
}

function objectCreated({ bucket, key, size, etag, versionId }: Notified): object {
  const object = { key, size, etag, ...(versionId === undefined ? {} : { "version-id": versionId }) };
  return {
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    source: "aws.s3",
    account: "123456789012",
    time: AT,
    region: "us-east-1",
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: "0", bucket: { name: bucket }, object, reason: "PutObject" },
  };
}

function sns(message: object): object {
  return { Type: "Notification", MessageId: "m", TopicArn: TOPIC, Message: JSON.stringify(message), Timestamp: AT };
}

/** The body of a queue's message that tells of objects, in one of the shapes that AWS gives it. */
export function queueBody(objects: readonly Notified[], random: Random): string {
  const [first] = objects;
  const shape = random.below(objects.length === 1 ? 5 : 2);
  const s3 = s3Event(objects, random);
  if (shape === 0 || first === undefined) return JSON.stringify(s3);
  if (shape === 1) return JSON.stringify(sns(s3));
  if (shape === 2) return JSON.stringify(objectCreated(first));
  if (shape === 3) return JSON.stringify(sns(objectCreated(first)));
  return JSON.stringify({ version: "1.0", requestContext: { condition: "RetriesExhausted" }, requestPayload: s3 });
}

/** An event that Lambda is invoked with by the service itself. */
export function directEvent(objects: readonly Notified[], random: Random): object {
  const [first] = objects;
  const s3 = s3Event(objects, random);
  const shape = random.below(objects.length === 1 ? 3 : 2);
  if (shape === 0 || first === undefined) return s3;
  if (shape === 1) {
    const notification = { MessageId: "m", TopicArn: TOPIC, Timestamp: AT, Message: JSON.stringify(s3) };
    return { Records: [{ EventSource: "aws:sns", EventVersion: "1.0", Sns: notification }] };
  }
  return objectCreated(first);
}
