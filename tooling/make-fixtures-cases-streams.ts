import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { EventCase, Expected } from "./make-fixtures-cases.ts";
import {
  ACCOUNT,
  cloudWatchData,
  encodeKey,
  gzip,
  type Json,
  kinesisEvent,
  kinesisRecord,
  REGION,
  s3Event,
  s3Record,
  sqsEvent,
  sqsMessage,
} from "./make-fixtures-events.ts";
import { type FixtureObject, jsonLine, objects } from "./make-fixtures-objects.ts";

// Events from "Using Lambda with Amazon MSK", "Amazon Data Firehose data transformation", "Invoke AWS Lambda function" among S3 Batch
// Operations, "Capturing records of Lambda asynchronous invocations" and "Retain discarded batch records for a Kinesis event source" in AWS's
// guides, and the KPL's aggregated record format.

const TIME = Date.parse("2026-11-03T09:05:12.250Z");
const MESSAGES = ["order 1 accepted\n", "order 2 accepted\n", "order 3 refused\n"];

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");
const subscription = gzip(JSON.stringify(cloudWatchData("/aws/ecs/shop", "shop/web/9d1c", MESSAGES)));

/** A varint of less than 128, or two bytes. */
const varint = (n: number): Buffer => Buffer.from(n < 128 ? [n] : [(n & 0x7f) | 0x80, n >> 7]);
const field = (number: number, data: Uint8Array): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(data.length), data]);

function aggregated(records: readonly (string | Uint8Array)[]): Buffer {
  const message = Buffer.concat([
    field(1, Buffer.from("web-1")),
    ...records.map((data) => field(3, Buffer.concat([Buffer.from([0x08, 0x00]), field(3, Buffer.from(data))]))),
  ]);
  const digest = createHash("md5").update(message).digest();
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, digest]);
}

function kafkaEvent(records: Readonly<Record<string, readonly (string | Uint8Array | null)[]>>): Json {
  const listed = Object.entries(records).map(([name, values]): [string, Json] => {
    const dash = name.lastIndexOf("-");
    const [topic, partition] = [name.slice(0, dash), Number(name.slice(dash + 1))];
    return [
      name,
      values.map((value, i) => ({
        topic,
        partition,
        offset: 4711 + i,
        timestamp: TIME + i,
        timestampType: "CREATE_TIME",
        key: base64(`key ${i}`),
        value: value === null ? null : base64(value),
        headers: [],
      })),
    ];
  });
  return {
    eventSource: "aws:kafka",
    eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/shop/6a9b2c1d-3e4f-4a5b-8c6d-7e8f9a0b1c2d-7`,
    bootstrapServers: `b-1.shop.x1y2z3.c7.kafka.${REGION}.amazonaws.com:9092,b-2.shop.x1y2z3.c7.kafka.${REGION}.amazonaws.com:9092`,
    records: Object.fromEntries(listed),
  };
}

function firehoseEvent(data: readonly (string | Uint8Array)[]): Json {
  return {
    invocationId: "4b3d2c1a-0f9e-4d8c-b7a6-5e4f3d2c1b0a",
    deliveryStreamArn: `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/shop-logs`,
    region: REGION,
    records: data.map((each, i) => ({
      recordId: `4966239012345678901234567890123456789012345678901234${String(i).padStart(4, "0")}`,
      approximateArrivalTimestamp: TIME + i,
      data: base64(each),
    })),
  };
}

function batchEvent(all: readonly FixtureObject[]): Json {
  const task = (bucket: string, key: string, i: number): Json => ({
    taskId: base64(`task ${i}`),
    s3Key: encodeKey(key),
    s3VersionId: null,
    s3Bucket: bucket,
  });
  return {
    invocationSchemaVersion: "2.0",
    invocationId: base64("invocation 1"),
    job: { id: "f3cc4f60-61f6-4a2b-8a21-d07600c373ce", userArguments: { reason: "backfill" } },
    tasks: all.map(({ bucket, key }, i) => task(bucket, key, i)),
  };
}

function mapBatch(all: readonly FixtureObject[]): Json {
  const item = ({ bucket, key }: FixtureObject): Json => ({ Bucket: bucket, Key: key, LastModified: 1_793_696_700 });
  return { Items: all.map(item), BatchInput: { Region: "eu-west-1" } };
}

function taskResults(all: readonly FixtureObject[]): Json[] {
  return all.map((each, i) => ({
    taskId: base64(`task ${i}`),
    resultCode: "Succeeded",
    resultString: `${each.records} records`,
  }));
}

const finding: Json = {
  version: "0",
  id: "cd2d702e-ab31-411b-9344-793ce56b1bc7",
  "detail-type": "GuardDuty Finding",
  source: "aws.guardduty",
  account: ACCOUNT,
  time: "2026-11-03T09:05:12Z",
  region: REGION,
  resources: [],
  detail: {
    schemaVersion: "2.0",
    accountId: ACCOUNT,
    region: REGION,
    partition: "aws",
    id: "16afba5c5c43e07c9e3e5e2e544e95df",
    arn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/123456789012/finding/16afba5c5c43e07c9e3e5e2e544e95df`,
    type: "Recon:EC2/PortProbeUnprotectedPort",
    severity: 2,
    createdAt: "2026-11-03T09:04:00.000Z",
    updatedAt: "2026-11-03T09:04:30.000Z",
    title: "Unprotected port on EC2 instance i-99999999 is being probed.",
  },
};

/** The head of a continuation. */
function handedOver(hop: number): Readonly<Record<string, Json>> {
  return { sluice: "continuation", v: 1, hop, firstSeen: TIME };
}

function destination(payload: Json): Json {
  return {
    version: "1.0",
    timestamp: "2026-11-03T09:15:12.250Z",
    requestContext: {
      requestId: "e4b46cbf-b738-4880-ace4-f6dffa1cf6e1",
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:sluice:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    },
    ...(payload as object),
  };
}

const batchInfo: Json = {
  shardId: "shardId-000000000000",
  startSequenceNumber: "49590338271490256608559692538361571095921575989136588898",
  endSequenceNumber: "49590338271490256608559692540925702759324208523137515618",
  approximateArrivalOfFirstRecord: "2026-11-03T09:05:12.250Z",
  approximateArrivalOfLastRecord: "2026-11-03T09:05:13.250Z",
  batchSize: 2,
  streamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/logs`,
};

function of(units: number, counts: Partial<Expected>): Expected {
  return { units: { ok: units, failed: 0 }, items: 0, ignored: 0, in: 0, skipped: 0, unparsed: 0, ...counts };
}

export function streamCases(): EventCase[] {
  const { alb, orders, oddKey } = objects;
  const kpl = kinesisEvent(
    kinesisRecord(30, aggregated([jsonLine(0), subscription, `${jsonLine(1)}\n${jsonLine(2)}`])),
  );
  const missing = sqsMessage("discarded/info", destination({ KinesisBatchInfo: batchInfo }));
  const tasks = [alb, oddKey];
  return [
    {
      name: "kafka/partitions",
      about: "MSK: two partitions; JSON lines, a subscription's payload, a tombstone",
      event: kafkaEvent({ "shop-orders-0": [jsonLine(0), null, jsonLine(1)], "shop-orders-1": [subscription] }),
      expected: of(4, { items: 3, ignored: 1, in: 2 + MESSAGES.length }),
    },
    {
      name: "firehose/records",
      about: "three records: JSON lines, a subscription's payload, plain lines",
      event: firehoseEvent([jsonLine(0), subscription, "one\ntwo\n"]),
      expected: of(3, {
        items: 3,
        in: 1 + MESSAGES.length + 2,
        response: {
          records: [0, 1, 2].map((i) => ({
            recordId: `49662390123456789012345678901234567890123456789012340${String(i).padStart(3, "0")}`,
            result: "Dropped",
          })),
        },
      }),
    },
    {
      name: "s3-batch/tasks",
      about: "S3 Batch Operations: two objects, one with an odd key",
      event: batchEvent(tasks),
      expected: of(2, {
        items: 2,
        in: tasks.reduce((sum, { records }) => sum + (records ?? 0), 0),
        response: {
          invocationSchemaVersion: "2.0",
          treatMissingKeysAs: "TemporaryFailure",
          invocationId: base64("invocation 1"),
          results: taskResults(tasks),
        },
      }),
    },
    {
      name: "distributed-map/batch",
      about: "a distributed map of Step Functions: a batch of two objects as they are listed, one with an odd key",
      event: mapBatch(tasks),
      expected: of(1, { items: 2, in: tasks.reduce((sum, { records }) => sum + (records ?? 0), 0) }),
    },
    {
      name: "kinesis/kpl",
      about:
        "one record that the Kinesis Producer Library made of three: JSON, a subscription's payload, two lines of JSON",
      event: kpl,
      expected: of(1, { items: 3, in: 3 + MESSAGES.length, response: { batchItemFailures: [] } }),
    },
    {
      name: "eventbridge/guardduty-finding",
      about: "an event that is a record itself",
      event: finding,
      expected: of(1, { items: 1, in: 1 }),
    },
    {
      name: "sqs/continuation",
      about: "what an earlier invocation handed over: an event as it came, and an object that it hadn't begun",
      event: sqsEvent(
        sqsMessage("handed over/event", {
          ...handedOver(1),
          receiver: { region: REGION, account: ACCOUNT },
          event: kpl,
        }),
        sqsMessage("handed over/object", {
          ...handedOver(2),
          ref: { store: "s3", bucket: orders.bucket, key: orders.key, region: REGION },
        }),
      ),
      expected: {
        ...of(2, { items: 4, in: (orders.records ?? 0) + 3 + MESSAGES.length }),
        response: { batchItemFailures: [] },
      },
    },
    {
      name: "sqs/lambda-destination",
      about:
        "what Lambda gave up: an S3 notification straight to the function; a batch of a stream, with its records and without",
      event: sqsEvent(
        sqsMessage(
          "discarded/s3",
          destination({ requestPayload: s3Event(s3Record(orders)), responseContext: { statusCode: 200 } }),
        ),
        sqsMessage("discarded/payload", destination({ KinesisBatchInfo: batchInfo, payload: JSON.stringify(kpl) })),
        missing,
      ),
      expected: {
        ...of(2, { items: 4, in: (orders.records ?? 0) + 3 + MESSAGES.length }),
        units: { ok: 2, failed: 1 },
        response: { batchItemFailures: [{ itemIdentifier: missing.id }] },
      },
    },
  ];
}
