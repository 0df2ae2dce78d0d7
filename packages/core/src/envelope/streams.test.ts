import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decode, destination, eventbridge, kinesis, logs, outcome, sqs } from "./events.testing.ts";
import { aggregated } from "./kpl.testing.ts";

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");
const packedLogs = gzipSync(JSON.stringify(logs()));
const streams = (event: unknown) =>
  decode(event).flatMap(({ items }) =>
    items.map((item) =>
      item.kind === "bytes" ? { ...item.stream, text: Buffer.from(item.bytes).toString() } : item.kind,
    ),
  );

const CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/shop/6a9b";
const kafka = (records: object, over: object = {}): object => ({
  eventSource: "aws:kafka",
  eventSourceArn: CLUSTER,
  bootstrapServers: "b-1.shop:9092",
  records,
  ...over,
});
const kafkaRecord = (offset: number, value: unknown): object => ({
  topic: "orders",
  partition: 0,
  offset,
  timestamp: 1_545_084_650_987,
  timestampType: "CREATE_TIME",
  key: null,
  value,
  headers: [],
});

describe("Kafka", () => {
  test("each record is a unit, by topic, partition and offset", () => {
    const event = kafka({
      "orders-0": [kafkaRecord(15, base64("a")), kafkaRecord(16, base64(packedLogs))],
      "orders-1": [kafkaRecord(3, base64("b"))],
    });
    expect(decode(event).map(({ id, kind }) => [id, kind])).toEqual([
      ["orders-0:15", "kafka"],
      ["orders-0:16", "kafka"],
      ["orders-1:3", "kafka"],
    ]);
    expect(streams(event)).toEqual([
      {
        service: "kafka",
        arn: CLUSTER,
        shard: "orders-0",
        sequence: "15",
        region: "eu-west-1",
        account: "123456789012",
        arrival: 1_545_084_650_987,
        text: "a",
      },
      "logs",
      expect.objectContaining({ shard: "orders-1", sequence: "3", text: "b" }),
    ]);
  });

  test("one's own cluster is named by its servers", () => {
    const event = kafka(
      { "t-0": [kafkaRecord(1, base64("a"))] },
      { eventSource: "SelfManagedKafka", eventSourceArn: undefined },
    );
    expect(streams(event)).toMatchObject([{ arn: "b-1.shop:9092", region: "eu-west-1", account: "1" }]);
  });

  test("a tombstone holds nothing", () => {
    expect(outcome(kafka({ "t-0": [kafkaRecord(1, null)] }))).toEqual(["kafka: no value"]);
  });

  test("what isn't base64 text fails its own record", () => {
    const [bad, good] = decode(kafka({ "t-0": [kafkaRecord(1, 7), kafkaRecord(2, base64("a"))] }));
    expect(bad?.error?.message).toBe("kafka t-0:1: value: expected base64 text, got 7");
    expect(good?.items).toHaveLength(1);
  });

  test.each([
    ["an offset", kafka({ "t-0": [{ ...kafkaRecord(1, base64("a")), offset: "1" }] })],
    ["a list", kafka({ "t-0": {} })],
  ])("without %s the records can't be told apart: the event fails", (_, event) => {
    expect(decode(event)).toMatchObject([{ kind: "invocation", error: { code: "EVENT_MALFORMED" } }]);
  });

  test("in a message", () => {
    expect(outcome(sqs(destination(kafka({ "t-0": [kafkaRecord(1, base64("a"))] }))))).toEqual([
      "sqs>lambda-destination>kafka",
    ]);
  });
});

const DELIVERY = "arn:aws:firehose:eu-central-1:123456789012:deliverystream/logs";
const firehose = (records: readonly unknown[], over: object = {}): object => ({
  invocationId: "i",
  deliveryStreamArn: DELIVERY,
  region: "eu-central-1",
  records,
  ...over,
});
const firehoseRecord = (recordId: string, data: unknown, over: object = {}): object => ({
  recordId,
  approximateArrivalTimestamp: 1_495_072_949_453,
  data,
  ...over,
});

describe("Firehose", () => {
  test("each record is a unit, by its id", () => {
    const event = firehose([firehoseRecord("r1", base64("a")), firehoseRecord("r2", base64(packedLogs))]);
    expect(decode(event).map(({ id, kind }) => [id, kind])).toEqual([
      ["r1", "firehose"],
      ["r2", "firehose"],
    ]);
    expect(streams(event)).toEqual([
      {
        service: "firehose",
        arn: DELIVERY,
        shard: "",
        sequence: "r1",
        region: "eu-central-1",
        account: "123456789012",
        arrival: 1_495_072_949_453,
        text: "a",
      },
      "logs",
    ]);
  });

  test("what came from a Kinesis stream keeps its place there", () => {
    const arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/in";
    const place = (subsequenceNumber: number) => ({
      kinesisRecordMetadata: {
        sequenceNumber: "49",
        subsequenceNumber,
        partitionKey: "p",
        shardId: "shardId-000000000000",
      },
    });
    const event = firehose([firehoseRecord("r1", base64("a"), place(0)), firehoseRecord("r2", base64("b"), place(2))], {
      sourceKinesisStreamArn: arn,
    });
    const stream = { service: "kinesis", arn, shard: "shardId-000000000000", sequence: "49" };
    expect(streams(event)).toMatchObject([stream, { ...stream, sub: 2 }]);
    expect(streams(event)[0]).not.toHaveProperty("sub");
  });

  test("damaged gzip fails its own record", () => {
    const [bad, good] = decode(
      firehose([firehoseRecord("r1", base64(packedLogs.subarray(0, 40))), firehoseRecord("r2", "")]),
    );
    expect(bad?.error?.message).toMatch(/^firehose r1: data: expected gzip data, got damaged data/);
    expect(good?.error).toBeUndefined();
  });

  test("without ids the records can't be told apart", () => {
    expect(decode(firehose([{ data: base64("a") }]))).toMatchObject([{ kind: "invocation" }]);
  });
});

const task = (over: object): object => ({ taskId: "t", s3Key: "a+b%2Fc", s3VersionId: null, ...over });

describe("S3 Batch Operations", () => {
  test.each([
    ["1.0", { s3BucketArn: "arn:aws:s3:::acme-logs" }],
    ["1.0", { s3BucketArn: "arn:aws-cn:s3:::acme-logs" }],
    // As in events to test with, of AWS's own tools.
    ["1.0", { s3BucketArn: "arn:aws:s3:us-east-1:123456789012:acme-logs" }],
    ["2.0", { s3Bucket: "acme-logs", s3BucketArn: "arn:aws:s3:::other" }],
    ["2.0", { s3Bucket: "acme-logs" }],
  ])("schema %s, %j", (invocationSchemaVersion, bucket) => {
    const event = {
      invocationSchemaVersion,
      invocationId: "i",
      job: { id: "j" },
      tasks: [task({ ...bucket, s3VersionId: "v" })],
    };
    expect(decode(event)).toMatchObject([
      {
        id: "t",
        kind: "s3-batch",
        items: [
          {
            kind: "object",
            path: ["s3-batch"],
            ref: { bucket: "acme-logs", key: "a b/c", versionId: "v", region: "eu-west-1" },
          },
        ],
      },
    ]);
  });

  test("arguments of the job's own change nothing", () => {
    const job = { id: "j", userArguments: { bucket: "other", s3Key: "other" } };
    const event = { invocationSchemaVersion: "2.0", invocationId: "i", job, tasks: [task({ s3Bucket: "b" })] };
    expect(decode(event)).toMatchObject([{ items: [{ ref: { bucket: "b", key: "a b/c" } }] }]);
  });

  test.each([
    ["is null", { s3VersionId: null }, undefined],
    ["isn't there", {}, undefined],
    ["is empty", { s3VersionId: "" }, undefined],
    ["is the one of a bucket without versions", { s3VersionId: "null" }, "null"],
  ])("a version that %s", (_, own, versionId) => {
    const tasks = [task({ s3Bucket: "b", ...own })];
    const [unit] = decode({ invocationSchemaVersion: "2.0", invocationId: "i", tasks });
    expect(unit?.items).toEqual([expect.objectContaining({ ref: expect.objectContaining({ versionId }) })]);
  });

  test.each([
    ["text/gr%C3%BCn+tee%2Bzucker+100%25", "text/grün tee+zucker 100%"],
    ["a%20b%2Fc", "a b/c"],
    ["%E2%98%83/%0A", "☃/\n"],
    ["plain/key=1.log", "plain/key=1.log"],
  ])("the key %s", (s3Key, key) => {
    const tasks = [task({ s3Bucket: "b", s3Key })];
    const [unit] = decode({ invocationSchemaVersion: "2.0", invocationId: "i", tasks });
    expect(unit?.items).toMatchObject([{ ref: { key } }]);
  });

  test("a key that can't be URL-encoded fails its task, and says why", () => {
    const tasks = [task({ s3Bucket: "b", s3Key: "100%" }), task({ taskId: "u", s3Bucket: "b" })];
    const units = decode({ invocationSchemaVersion: "2.0", invocationId: "i", tasks });
    expect(units.map(({ error }) => error?.message)).toEqual([
      "s3-batch t: s3Key: expected a URL-encoded key, got 100%",
      undefined,
    ]);
  });

  test("a task that names no bucket fails alone", () => {
    const tasks = [
      task({}),
      task({ taskId: "u", s3BucketArn: "arn:aws:s3:eu-west-1:1:accesspoint/x" }),
      task({ taskId: "v", s3Bucket: "b" }),
    ];
    const units = decode({ invocationSchemaVersion: "1.0", invocationId: "i", tasks });
    expect(units.map(({ error }) => error?.message)).toEqual([
      "s3-batch t: s3BucketArn: expected text, got nothing",
      "s3-batch u: s3BucketArn: expected a bucket's ARN, got arn:aws:s3:eu-west-1:1:accesspoint/x",
      undefined,
    ]);
  });
});

describe("the Kinesis Producer Library", () => {
  test("several records in one, each with a place of its own", () => {
    const event = { Records: [kinesis(base64(aggregated("one", "two", gzipSync("three"))))] };
    expect(streams(event).map((each) => (typeof each === "string" ? each : each.sub))).toEqual([undefined, 1, 2]);
    expect(streams(event)).toMatchObject([{ text: "one", sequence: "49" }, { text: "two" }, {}]);
  });

  test("with log events in them", () => {
    const event = { Records: [kinesis(base64(aggregated(JSON.stringify(logs()), packedLogs, "plain")))] };
    expect(outcome(event)).toEqual(["kinesis>kpl>cloudwatch-logs", "kinesis>kpl>cloudwatch-logs", "kinesis>kpl"]);
  });

  test("and with nothing in it", () => {
    expect(outcome({ Records: [kinesis(base64(aggregated()))] })).toEqual(["kinesis>kpl: no user records"]);
  });
});

describe("EventBridge", () => {
  test("Security Lake tells subscribers of objects without a detail-type", () => {
    const event = {
      source: "aws.s3",
      time: "2026-11-03T00:00:00Z",
      account: "123456789012",
      region: "ca-central-1",
      resources: ["arn:aws:s3:::lake"],
      detail: {
        bucket: { name: "lake" },
        object: { key: "ext/a b.parquet", size: 5, etag: "e" },
        requester: "securitylake.amazonaws.com",
      },
    };
    expect(decode(sqs(event))[0]?.items).toMatchObject([
      {
        kind: "object",
        ref: { bucket: "lake", key: "ext/a b.parquet", region: "ca-central-1", account: "123456789012" },
      },
    ]);
  });

  test("an event of another source than S3 is a record", () => {
    const finding = {
      id: "e1",
      source: "aws.guardduty",
      "detail-type": "GuardDuty Finding",
      time: "2026-11-03T09:05:00Z",
      account: "2",
      region: "us-east-1",
      detail: { severity: 5 },
    };
    expect(streams(eventbridge(finding))).toMatchObject([
      {
        service: "eventbridge",
        arn: "aws.guardduty",
        sequence: "e1",
        account: "2",
        region: "us-east-1",
        arrival: Date.UTC(2026, 10, 3, 9, 5),
      },
    ]);
    expect(streams(eventbridge(finding))[0]).toHaveProperty("text", JSON.stringify(eventbridge(finding)));
  });
});

describe("what a stream's mapping gave up", () => {
  const info = {
    requestContext: { condition: "RetryAttemptsExhausted" },
    KinesisBatchInfo: { shardId: "s", batchSize: 2 },
  };

  test("comes with the event where it was kept", () => {
    const payload = JSON.stringify({ Records: [kinesis(base64("a"))] });
    expect(outcome(sqs({ ...info, payload }))).toEqual(["sqs>lambda-destination>kinesis"]);
  });

  test("without it, its unit fails: the records aren't there", () => {
    expect(outcome(sqs(info))).toMatch(/^EVENT_WITHOUT_RECORDS: sqs m0: KinesisBatchInfo says where/);
  });
});
