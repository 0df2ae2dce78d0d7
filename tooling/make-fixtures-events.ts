import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "fflate";

// Events with every field that AWS sends, from "Event message structure" and "EventBridge event message structure" in the
// guide for Amazon S3, "Using Lambda with Amazon SQS / SNS / Kinesis" in the guide for AWS Lambda, and "Subscription filters"
// in the guide for CloudWatch Logs.

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function md5(data: string | Uint8Array): string {
  return createHash("md5").update(data).digest("hex");
}

/** Digits and letters that look random and depend on `name` alone. */
function token(name: string, length: number, encoding: "hex" | "base64url" = "hex"): string {
  let text = "";
  for (let i = 0; text.length < length; i++) text += createHash("sha256").update(`${name}/${i}`).digest(encoding);
  return text.slice(0, length);
}

function uuid(name: string): string {
  const t = token(name, 32);
  return `${t.slice(0, 8)}-${t.slice(8, 12)}-4${t.slice(13, 16)}-a${t.slice(17, 20)}-${t.slice(20)}`;
}

function digits(name: string, length: number): string {
  return BigInt(`0x${token(name, 60)}`)
    .toString()
    .padStart(length, "7")
    .slice(0, length);
}

/** In JavaScript, as zlib's own output differs from one processor and version to the next. */
export function gzip(data: string | Uint8Array): Buffer {
  return Buffer.from(gzipSync(typeof data === "string" ? Buffer.from(data) : data, { mtime: 0 }));
}

/** What an event says of an object. */
export interface ObjectFacts {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string;
}

const TIME = "2026-11-03T09:05:11.482Z";

/** As `java.net.URLEncoder` does, which S3 uses; slashes stay. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/");
}

export type S3EventName =
  | "ObjectCreated:Put"
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectRemoved:DeleteMarkerCreated";

export function s3Record(object: ObjectFacts, eventName: S3EventName = "ObjectCreated:Put"): Json {
  const id = `${object.bucket}/${object.key}`;
  const version = object.versionId === undefined ? {} : { versionId: object.versionId };
  const sequencer = `0069${token(`${id} sequencer`, 14).toUpperCase()}`;
  const content = eventName === "ObjectRemoved:Delete" ? {} : { size: object.size, eTag: object.etag };
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: REGION,
    eventTime: TIME,
    eventName,
    userIdentity: { principalId: "AWS:AROA3XFRBF535EXAMPLE1:elb-log-delivery" },
    requestParameters: { sourceIPAddress: "192.0.2.44" },
    responseElements: {
      "x-amz-request-id": token(`${id} request`, 16).toUpperCase(),
      "x-amz-id-2": `${token(`${id} host`, 74, "base64url")}==`,
    },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "logs-to-sluice",
      bucket: {
        name: object.bucket,
        ownerIdentity: { principalId: "A3NL1KOZZKEXAMPLE" },
        arn: `arn:aws:s3:::${object.bucket}`,
      },
      object: { key: encodeKey(object.key), ...content, ...version, sequencer },
    },
  };
}

export function s3Event(...records: readonly Json[]): Json {
  return { Records: records };
}

export function s3TestEvent(bucket: string): Json {
  return {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: "2026-11-03T08:00:00.123Z",
    Bucket: bucket,
    RequestId: "5582815E1AEA5ADF",
    HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE",
  };
}

/** "Object Created" as Amazon S3 sends it to EventBridge, which doesn't URL-encode the key. */
export function eventBridgeEvent(object: ObjectFacts, reason = "PutObject"): Json {
  const version = object.versionId === undefined ? {} : { "version-id": object.versionId };
  const id = `${object.bucket}/${object.key}`;
  return {
    version: "0",
    id: uuid(`${id} eventbridge`),
    "detail-type": "Object Created",
    source: "aws.s3",
    account: ACCOUNT,
    time: "2026-11-03T09:05:11Z",
    region: REGION,
    resources: [`arn:aws:s3:::${object.bucket}`],
    detail: {
      version: "0",
      bucket: { name: object.bucket },
      object: {
        key: object.key,
        size: object.size,
        etag: object.etag,
        ...version,
        sequencer: `0069${token(`${id} sequencer`, 14).toUpperCase()}`,
      },
      "request-id": token(`${id} request`, 16).toUpperCase(),
      requester: ACCOUNT,
      "source-ip-address": "192.0.2.44",
      reason,
    },
  };
}

const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:log-objects`;

/** The notification as it stands in a body (SQS, HTTP): other spelling of two keys than in Lambda's own event. */
export function snsBody(message: Json, subject?: string): Json {
  const text = JSON.stringify(message);
  return {
    Type: "Notification",
    MessageId: uuid(`${text} sns`),
    TopicArn: TOPIC,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: text,
    Timestamp: "2026-11-03T09:05:12.001Z",
    SignatureVersion: "1",
    Signature: `${token(`${text} signature`, 342, "base64url")}==`,
    SigningCertURL: `https://sns.${REGION}.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem`,
    UnsubscribeURL: `https://sns.${REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:${uuid("subscription")}`,
  };
}

export function snsEvent(message: Json, subject?: string): Json {
  const text = JSON.stringify(message);
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: `${TOPIC}:${uuid("subscription")}`,
        Sns: {
          Type: "Notification",
          MessageId: uuid(`${text} sns`),
          TopicArn: TOPIC,
          Subject: subject ?? null,
          Message: text,
          Timestamp: "2026-11-03T09:05:12.001Z",
          SignatureVersion: "1",
          Signature: `${token(`${text} signature`, 342, "base64url")}==`,
          SigningCertUrl: `https://sns.${REGION}.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem`,
          UnsubscribeUrl: `https://sns.${REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:${uuid("subscription")}`,
          MessageAttributes: {},
        },
      },
    ],
  };
}

export interface SqsOptions {
  readonly receiveCount?: number;
  /** Makes it a message of a FIFO queue. */
  readonly group?: string;
  /** String attributes that the sender set. */
  readonly messageAttributes?: Readonly<Record<string, string>>;
}

export interface SqsMessage {
  readonly id: string;
  readonly json: Json;
}

/** A message; `name` decides its id. A text body stands as it is, anything else as JSON. */
export function sqsMessage(name: string, body: Json, options: SqsOptions = {}): SqsMessage {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const id = uuid(`${name} sqs`);
  const fifo =
    options.group === undefined
      ? {}
      : {
          SequenceNumber: `1889${digits(name, 16)}`,
          MessageGroupId: options.group,
          MessageDeduplicationId: token(`${name} deduplication`, 64),
        };
  const sent = Object.entries(options.messageAttributes ?? {});
  const json = {
    messageId: id,
    receiptHandle: `AQEB${token(`${name} receipt`, 340, "base64url")}==`,
    body: text,
    attributes: {
      ApproximateReceiveCount: String(options.receiveCount ?? 1),
      SentTimestamp: "1793696712034",
      ...fifo,
      SenderId: "AIDAIENQZJOLO23YVJ4VO",
      ApproximateFirstReceiveTimestamp: "1793696712047",
    },
    messageAttributes: Object.fromEntries(
      sent.map(([key, value]) => [
        key,
        { stringValue: value, stringListValues: [], binaryListValues: [], dataType: "String" },
      ]),
    ),
    ...(sent.length === 0 ? {} : { md5OfMessageAttributes: md5(attributeBytes(sent)) }),
    md5OfBody: md5(text),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:logs${options.group === undefined ? "" : ".fifo"}`,
    awsRegion: REGION,
  };
  return { id, json };
}

/** What the MD5 of string attributes is taken over: "Amazon SQS message metadata" in its guide. */
function attributeBytes(sent: readonly (readonly [string, string])[]): Buffer {
  const part = (text: string): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([size, Buffer.from(text)]);
  };
  const sorted = [...sent].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.flatMap(([name, value]) => [part(name), part("String"), Buffer.of(1), part(value)]);
  return Buffer.concat(parts);
}

export function sqsEvent(...messages: readonly SqsMessage[]): Json {
  return { Records: messages.map(({ json }) => json) };
}

const LOG_TIME = Date.parse("2026-11-03T09:05:00Z");

/** What CloudWatch Logs sends a subscriber, before it is compressed. */
export function cloudWatchData(group: string, stream: string, messages: readonly string[]): Json {
  return {
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: group,
    logStream: stream,
    subscriptionFilters: ["to-sluice"],
    logEvents: messages.map((message, i) => ({
      id: `39${digits(`${group}/${stream}/${i}`, 54)}`,
      timestamp: LOG_TIME + i * 250,
      message,
    })),
  };
}

/** Sent to see whether the destination answers; carries no records. */
export function cloudWatchControl(): Json {
  return {
    messageType: "CONTROL_MESSAGE",
    owner: "CloudwatchLogs",
    logGroup: "",
    logStream: "",
    subscriptionFilters: [],
    logEvents: [
      {
        id: "",
        timestamp: LOG_TIME,
        message: "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.",
      },
    ],
  };
}

export function cloudWatchEvent(data: Json): Json {
  return { awslogs: { data: gzip(JSON.stringify(data)).toString("base64") } };
}

export interface KinesisRecord {
  readonly sequence: string;
  readonly json: Json;
}

const SHARD = "shardId-000000000006";

/** The `n`th record of the shard. */
export function kinesisRecord(n: number, data: Uint8Array): KinesisRecord {
  const sequence = `495903386712574905572692${String(9_473_000_000 + n * 37).padStart(31, "0")}1`;
  const json = {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: token(`partition ${n}`, 32),
      sequenceNumber: sequence,
      data: Buffer.from(data).toString("base64"),
      approximateArrivalTimestamp: Date.parse("2026-11-03T09:05:12Z") / 1000 + n + 0.05,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${SHARD}:${sequence}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/sluice`,
    awsRegion: REGION,
    eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/logs`,
  };
  return { sequence, json };
}

export function kinesisEvent(...records: readonly KinesisRecord[]): Json {
  return { Records: records.map(({ json }) => json) };
}
