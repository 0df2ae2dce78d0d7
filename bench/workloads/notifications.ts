import { ACCOUNT, BUCKET, REGION } from "./names.ts";
import type { Random } from "./random.ts";

export interface NamedObject {
  readonly key: string;
  /** As stored. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}

/** An SQS message that holds the S3 notification of one object (event version 2.1), as Lambda gets it. */
export function sqsMessage(object: NamedObject, random: Random): object {
  return {
    messageId: random.uuid(),
    receiptHandle: random.base62(180),
    body: JSON.stringify({ Records: [s3Record(object, random)] }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1777593900123",
      SenderId: "AIDAJXNJGGKNS7OSV23OI",
      ApproximateFirstReceiveTimestamp: "1777593900130",
    },
    messageAttributes: {},
    md5OfBody: random.hex(32),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:logs-queue`,
    awsRegion: REGION,
  };
}

function s3Record({ key, size, etag }: NamedObject, random: Random): object {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: REGION,
    eventTime: "2026-05-01T00:05:00.123Z",
    eventName: "ObjectCreated:Put",
    userIdentity: { principalId: "AWS:AROAEXAMPLE:x" },
    requestParameters: { sourceIPAddress: "10.1.2.3" },
    responseElements: { "x-amz-request-id": random.hex(16).toUpperCase(), "x-amz-id-2": random.base62(76) },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "logs-to-sqs",
      bucket: {
        name: BUCKET,
        ownerIdentity: { principalId: "A3NL1KOZZKExample" },
        arn: `arn:aws:s3:::${BUCKET}`,
      },
      object: { key, size, eTag: etag, sequencer: random.hex(16).toUpperCase() },
    },
  };
}
