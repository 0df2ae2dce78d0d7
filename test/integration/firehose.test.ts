import { randomBytes } from "node:crypto";
import { CreateDeliveryStreamCommand, FirehoseClient } from "@aws-sdk/client-firehose";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type Sink, silentLogger } from "@sluice/core";
import { encodeBatch, sendCall, testRecord } from "@sluice/core/testing";
import firehose from "@sluice/sinks-s3-archive/firehose";
import { beforeAll, expect, inject, test, vi } from "vitest";

vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");

const endpoint = inject("awsEndpoint");
const region = "us-east-1";
const s3 = new S3Client({ endpoint, region, forcePathStyle: true });
const name = `logs-${randomBytes(4).toString("hex")}`;

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  const destination = {
    RoleARN: "arn:aws:iam::000000000000:role/firehose",
    BucketARN: `arn:aws:s3:::${name}`,
    BufferingHints: { IntervalInSeconds: 1, SizeInMBs: 1 },
  };
  await new FirehoseClient({ endpoint, region }).send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      DeliveryStreamType: "DirectPut",
      ExtendedS3DestinationConfiguration: destination,
    }),
  );
});

const sinkTo = async (stream: string): Promise<Sink> =>
  firehose.create(firehose.options.parse({ stream, region, endpoint }), {
    name: "firehose",
    baseDir: ".",
    logger: silentLogger,
  });

async function delivered(): Promise<string> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
  const texts = Contents.map(async ({ Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key }));
    return Body?.transformToString() ?? "";
  });
  return (await Promise.all(texts)).join("");
}

test("records arrive in S3 as NDJSON, with their ids", async () => {
  const sink = await sinkTo(name);
  expect(await sink.probe?.(new AbortController().signal)).toBeUndefined();
  const records = Array.from({ length: 500 }, (_, i) => testRecord({ message: `line ${i}`, start: i * 10 }));
  expect(await sink.send(encodeBatch(sink, records), sendCall())).toEqual({ kind: "delivered" });
  const text = await vi.waitFor(
    async () => {
      const all = await delivered();
      expect(all.split("\n").length).toBe(501);
      return all;
    },
    { timeout: 30_000, interval: 200 },
  );
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ message }) => message).sort()).toEqual(records.map((record) => record.get("message")).sort());
  expect(new Set(lines.map(({ sluice }) => sluice.id)).size).toBe(500);
});

test("a stream that isn't there is nothing to wait for", async () => {
  const sink = await sinkTo("no-such-stream");
  expect(await sink.send(encodeBatch(sink, [testRecord()]), sendCall())).toMatchObject({
    kind: "unavailable",
    reason: { code: "ResourceNotFoundException" },
  });
  expect(await sink.probe?.(new AbortController().signal)).toMatchObject({ code: "ResourceNotFoundException" });
});
