import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Client } from "@elastic/elasticsearch";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { layPipe, type Pipe } from "./local-aws.ts";

// S3 → its notification on SQS → event source mapping → the built zip in AWS's own Node runtime client → Elasticsearch.

const KEY =
  "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/03/123456789012_elasticloadbalancing_eu-west-1_app.shop.50dc6c495c0c9188_20261103T0905Z_203.0.113.21_4xkd93mz.log.gz";
const OBJECT = readFileSync(path.resolve(import.meta.dirname, "../../fixtures/objects/acme-elb-logs", KEY));
const LINES = gunzipSync(OBJECT).toString("utf8").trimEnd().split("\n");
const STREAM = "logs-aws.elb_logs-e2e";
const POLL = { timeout: 120_000, interval: 100 };
const TEST_MS = 180_000;

const client = new Client({ node: inject("esUrl") });
let pipe: Pipe;

beforeAll(async () => {
  const config = {
    sources: [{ match: { key: "AWSLogs/**" }, dataset: "aws.elb_logs", namespace: "e2e" }],
    sinks: { search: { type: "elasticsearch", url: inject("esUrl") } },
  };
  pipe = await layPipe(inject("awsEndpoint"), `sluice-e2e-${process.pid}`, config);
});

afterAll(async () => {
  await pipe?.stop();
  await client.indices.deleteDataStream({ name: STREAM }, { ignore: [404] });
  await client.close();
});

async function messages(): Promise<string[]> {
  await client.indices.refresh({ index: STREAM }, { ignore: [404] });
  const found = await client.search<{ message: string }>({ index: STREAM, size: 1000 }, { ignore: [404] });
  return (found.hits?.hits ?? []).map(({ _source }) => _source?.message ?? "").sort();
}

async function left(queue: string): Promise<number> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await pipe.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

test(
  "every line of an object put into the bucket is in Elasticsearch, once, parsed",
  async () => {
    await pipe.s3.send(new PutObjectCommand({ Bucket: pipe.bucket, Key: KEY, Body: OBJECT }));
    await expect.poll(messages, POLL).toEqual([...LINES].sort());
    const one = await client.search({ index: STREAM, size: 1, query: { match_all: {} } });
    expect(one.hits.hits[0]?._source).toMatchObject({
      "@timestamp": expect.stringMatching(/^2026-11-03T09:0\d:\d\d\.\d{3}Z$/),
      event: { dataset: "aws.elb_logs" },
      aws: { s3: { bucket: { name: pipe.bucket }, object: { key: KEY } }, elb: { name: "app/shop/50dc6c495c0c9188" } },
      http: { response: { status_code: expect.any(Number) } },
    });
    await expect.poll(() => left(pipe.queue), POLL).toBe(0);
  },
  TEST_MS,
);

test(
  "the same message again leaves the same documents",
  async () => {
    const object = { key: encodeURIComponent(KEY), size: OBJECT.length };
    const record = {
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: pipe.bucket }, object },
    };
    const body = JSON.stringify({ Records: [record] });
    await pipe.sqs.send(new SendMessageCommand({ QueueUrl: pipe.queue, MessageBody: body }));
    await expect.poll(() => left(pipe.queue), POLL).toBe(0);
    expect(await left(pipe.deadLetters)).toBe(0);
    expect(await messages()).toEqual([...LINES].sort());
  },
  TEST_MS,
);

test(
  "a poison message ends in the dead-letter queue, its neighbours are delivered",
  async () => {
    await pipe.sqs.send(new SendMessageCommand({ QueueUrl: pipe.queue, MessageBody: "this is no event" }));
    await pipe.s3.send(
      new PutObjectCommand({ Bucket: pipe.bucket, Key: `${KEY}.neighbour.log`, Body: "one line more\n" }),
    );
    await expect.poll(messages, POLL).toContain("one line more");
    await expect.poll(() => left(pipe.deadLetters), POLL).toBe(1);
    const { Messages = [] } = await pipe.sqs.send(new ReceiveMessageCommand({ QueueUrl: pipe.deadLetters }));
    expect(Messages.map(({ Body }) => Body)).toEqual(["this is no event"]);
    expect(await left(pipe.queue)).toBe(0);
    expect(await messages()).toHaveLength(LINES.length + 1);
  },
  TEST_MS,
);
