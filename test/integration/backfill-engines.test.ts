import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createFunction } from "../e2e/local-aws.ts";
import { type Execution, Gate, StateMachines } from "./backfill-engines-helper.ts";
import { ask, type Json, unique } from "./elastic-helper.ts";

// examples/backfill as it is: the local Step Functions go over a bucket, and invoke the built zip in AWS's own Node runtime client.

const EXAMPLE = readFileSync(
  path.resolve(import.meta.dirname, "../../examples/backfill/distributed-map.asl.json"),
  "utf8",
);
const endpoint = inject("awsEndpoint");
const esUrl = inject("esUrl");
const aws = { endpoint, region: "eu-west-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const s3 = new S3Client({ ...aws, forcePathStyle: true });
const sqs = new SQSClient(aws);
const lambda = new LambdaClient(aws);
const machines = new StateMachines(endpoint);
const TIMEOUT_MS = 120_000;
const POLL = { timeout: TIMEOUT_MS, interval: 100 };
/** As many processes at once as this machine has room for; the example says what a function in AWS has. */
const CONCURRENCY = 3;

const bucket = unique("backfill-engines-");
const POISON = "logs/poison.log.gz";
const KEYS = ["logs/a b+c 100%.log", "logs/ü/1.log.gz", "logs/2.log.gz", "logs/3.log", "logs/4.log.gz"];
const linesOf = (key: string): string[] => Array.from({ length: 40 }, (_, i) => `${key} line ${i}`);
const contentOf = (key: string): Buffer => {
  const text = `${linesOf(key).join("\n")}\n`;
  return key.endsWith(".gz") ? gzipSync(text) : Buffer.from(text);
};
const ALL = KEYS.flatMap(linesOf).sort();

const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const key of [...KEYS, "elsewhere/5.log"]) await put(key, contentOf(key));
});
afterAll(() => {
  for (const client of [s3, sqs, lambda]) client.destroy();
});

interface Engine {
  readonly name: string;
  readonly machine: string;
  readonly namespace: string;
}

/** A function of the built zip with a data stream of its own, and the example's state machine over it. */
async function engineOf(config: Json = {}, sink: Json = {}): Promise<Engine> {
  const name = unique("backfill-");
  const namespace = name.replace("-", "_");
  await createFunction(lambda, name, endpoint, {
    sources: [{ match: {}, dataset: "app", namespace }],
    sinks: { search: { type: "elasticsearch", url: esUrl, ...sink } },
    ...config,
  });
  const filledIn = EXAMPLE.replace(/"arn:aws:lambda:[^"]+"/, JSON.stringify(name))
    .replace('"acme-backfill-reports"', JSON.stringify(bucket))
    .replace(/"MaxConcurrency": \d+/, `"MaxConcurrency": ${CONCURRENCY}`);
  return { name, namespace, machine: await machines.create(name, JSON.parse(filledIn)) };
}

async function executed({ machine }: Engine): Promise<Execution> {
  const execution = await machines.start(machine, { bucket, prefix: "logs/" });
  await expect.poll(async () => (await machines.describe(execution)).status, POLL).not.toBe("RUNNING");
  return machines.describe(execution);
}

async function messages({ namespace }: Engine): Promise<string[]> {
  await ask(esUrl, "POST", `/logs-*-${namespace}/_refresh`);
  const found = await ask(esUrl, "GET", `/logs-*-${namespace}/_search?size=10000`);
  const hits = (found.hits as Json).hits as { _source: { message: string } }[];
  return hits.map(({ _source }) => _source.message).sort();
}

async function invoked(engine: Engine, event: unknown): Promise<{ readonly error?: string; readonly answer: Json }> {
  const Payload = typeof event === "string" ? event : JSON.stringify(event);
  const { FunctionError, Payload: bytes } = await lambda.send(
    new InvokeCommand({ FunctionName: engine.name, Payload: Buffer.from(Payload) }),
  );
  const answer = JSON.parse(Buffer.from(bytes ?? []).toString("utf8"));
  return { answer, ...(FunctionError === undefined ? {} : { error: FunctionError }) };
}

test("a distributed map over a listing: every record is there once, and once more changes nothing", {
  timeout: TIMEOUT_MS,
}, async () => {
  const engine = await engineOf();
  const execution = await executed(engine);
  expect(execution).toMatchObject({ status: "SUCCEEDED" });
  expect(JSON.parse(execution.output ?? "")).toMatchObject({
    ItemCounts: { Total: KEYS.length, Succeeded: KEYS.length },
  });
  expect(await messages(engine)).toEqual(ALL);
  const { children } = await machines.mapRun(execution.executionArn);
  for (const { output } of children)
    expect(JSON.parse(output ?? "")).toMatchObject({
      status: "delivered",
      items: 1,
      in: 40,
      delivered: { search: 40 },
    });

  expect(await executed(engine)).toMatchObject({ status: "SUCCEEDED" });
  expect(await messages(engine)).toEqual(ALL);
});

test("an object that can't be read: all others are delivered, and the execution fails by it alone", {
  timeout: TIMEOUT_MS,
}, async () => {
  await put(POISON, contentOf(POISON).fill(0xff, 10));
  try {
    const engine = await engineOf();
    const execution = await executed(engine);
    expect(execution).toMatchObject({ status: "FAILED", error: "NotAllDelivered" });
    expect(JSON.parse(execution.cause ?? "")).toMatchObject({ ItemCounts: { Total: 6, Succeeded: 5, Failed: 1 } });
    expect(await messages(engine)).toEqual(ALL);

    const { counts, children } = await machines.mapRun(execution.executionArn);
    expect(counts).toMatchObject({ total: 6, succeeded: 5, failed: 1 });
    const [left, ...others] = children.filter(({ status }) => status === "FAILED") as [Execution, ...Execution[]];
    expect(others).toEqual([]);
    expect(left).toMatchObject({ error: "OBJECT_CORRUPT", cause: expect.stringContaining(POISON) });
    expect(JSON.parse(left.input)).toMatchObject({ Bucket: bucket, Key: POISON, Size: expect.any(Number) });
    // No attempt would mend it, so that there was one.
    expect(await machines.attempts(left.executionArn)).toBe(1);

    // Mended, what is left is just what the function takes.
    await put(POISON, contentOf(POISON));
    expect(await invoked(engine, left.input)).toMatchObject({ answer: { status: "delivered", in: 40 } });
    expect(await messages(engine)).toEqual([...ALL, ...linesOf(POISON)].sort());
  } finally {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: POISON }));
  }
});

test("a sink that is overloaded for a while costs attempts, not records", { timeout: TIMEOUT_MS }, async () => {
  const gate = new Gate(esUrl, 7);
  try {
    const engine = await engineOf({}, { url: await gate.open(), retry: { attempts: 1 } });
    const execution = await executed(engine);
    expect(execution.status).toBe("SUCCEEDED");
    expect(gate.refused).toBe(7);
    expect(await messages(engine)).toEqual(ALL);
    const { children } = await machines.mapRun(execution.executionArn);
    const attempts = await Promise.all(children.map(({ executionArn }) => machines.attempts(executionArn)));
    expect(attempts.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(children.length + 7);
  } finally {
    gate.close();
  }
});

test("what is handed over to the continuation queue doesn't pass for delivered", { timeout: TIMEOUT_MS }, async () => {
  await put(POISON, contentOf(POISON).fill(0xff, 10));
  try {
    const { QueueUrl: queue = "" } = await sqs.send(new CreateQueueCommand({ QueueName: unique("backfill-") }));
    const engine = await engineOf({ continuation: { queue } });
    const execution = await executed(engine);
    expect(execution).toMatchObject({ status: "FAILED", error: "NotAllDelivered" });
    expect(await messages(engine)).toEqual(ALL);
    const { children } = await machines.mapRun(execution.executionArn);
    const left = children.filter(({ status }) => status === "FAILED");
    expect(left).toMatchObject([{ error: "handedOver" }]);
    expect(JSON.parse(left[0]?.cause ?? "")).toMatchObject({ handedOver: 1, errors: { OBJECT_CORRUPT: 1 } });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }));
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? ""))).toMatchObject([
      { sluice: "continuation", ref: { bucket, key: POISON } },
    ]);
  } finally {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: POISON }));
  }
});

test("a batch, which the local Step Functions don't make: its objects, or an error that names the one", {
  timeout: TIMEOUT_MS,
}, async () => {
  const engine = await engineOf();
  const item = (Key: string): object => ({ Bucket: bucket, Key, Etag: '"e"', Size: 1 });
  expect(await invoked(engine, { Items: KEYS.map(item) })).toEqual({
    answer: expect.objectContaining({ status: "delivered", items: KEYS.length, in: ALL.length, errors: {} }),
  });
  const gone = "logs/gone.log";
  const Items = [...KEYS, gone].map((Key) => ({ Key }));
  const { error, answer } = await invoked(engine, { Items, BatchInput: { Bucket: bucket } });
  expect(error).toBe("Unhandled");
  expect(answer).toMatchObject({ errorType: "OBJECT_MISSING", errorMessage: expect.stringContaining(gone) });
  expect(await messages(engine)).toEqual(ALL);
});

test("a task of S3 Batch Operations, with each schema", { timeout: TIMEOUT_MS }, async () => {
  const engine = await engineOf();
  const key = encodeURIComponent("logs/a b+c 100%.log").replaceAll("%20", "+");
  const task = (own: object): object => ({ taskId: "t", s3Key: key, s3VersionId: null, ...own });
  const one = { invocationSchemaVersion: "1.0", tasks: [task({ s3BucketArn: `arn:aws:s3:::${bucket}` })] };
  const two = { invocationSchemaVersion: "2.0", tasks: [task({ s3Bucket: bucket })] };
  for (const event of [one, two]) {
    const job = { id: "j", userArguments: { reason: "backfill" } };
    const { answer } = await invoked(engine, { ...event, invocationId: "i", job });
    expect(answer).toEqual({
      invocationSchemaVersion: event.invocationSchemaVersion,
      treatMissingKeysAs: "TemporaryFailure",
      invocationId: "i",
      results: [{ taskId: "t", resultCode: "Succeeded", resultString: "40 records" }],
    });
  }
  expect(await messages(engine)).toEqual(linesOf("logs/a b+c 100%.log").sort());
});
