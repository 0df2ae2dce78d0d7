import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type Adapters, createAdapters, main, type Terminal } from "@sluice/cli";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { ask, countOf, unique } from "./elastic-helper.ts";

const endpoint = inject("awsEndpoint");
const esUrl = inject("esUrl");
vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
vi.stubEnv("AWS_REGION", "us-east-1");
vi.stubEnv("AWS_ENDPOINT_URL", endpoint);

const s3 = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
const sqs = new SQSClient({ endpoint, region: "us-east-1" });
const bucket = `replay-${randomBytes(4).toString("hex")}`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sluice-replay-"));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Around {
  readonly stop?: AbortSignal;
  readonly adapters?: (own: Adapters) => Adapters;
}

/** A command in this process, against the real services. */
async function sluice(args: readonly string[], { stop, adapters = (own) => own }: Around = {}) {
  const said = { out: "", err: "" };
  const never = new AbortController().signal;
  const terminal: Terminal = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    outIsTty: false,
    errIsTty: false,
    outGone: never,
    columns: () => 80,
  };
  const exitCode = await main([...args, "--json"], {
    terminal,
    adapters: adapters(createAdapters({ env: process.env, cwd: dir })),
    cwd: dir,
    stop: stop ?? never,
    readStdin: async () => "",
  });
  return { exitCode, err: said.err, ...JSON.parse(said.out || "{}") };
}

/** Its own index, config and prefix: every third of so many records has what the index doesn't take. */
async function refused(records: number) {
  const index = unique("replay-");
  await ask(esUrl, "PUT", `/${index}`, {
    mappings: { properties: { json: { properties: { count: { type: "long" } } } } },
  });
  const config = join(dir, `${index}.yaml`);
  const prefix = `${index}/dead/`;
  await writeFile(
    config,
    `sinks: { search: { type: elasticsearch, url: "${esUrl}", target: "${index}" } }
deadLetter: { type: s3, bucket: ${bucket}, prefix: "${prefix}" }
sources: [{ format: json }]
`,
  );
  const lines = Array.from({ length: records }, (_, n) => JSON.stringify({ n, count: n % 3 === 0 ? "many" : n }));
  const Key = `${index}/app.log`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `${lines.join("\n")}\n` }));
  const letters = Math.ceil(records / 3);
  const object = `s3://${bucket}/${Key}`;
  const run = await sluice(["run", "--config", config, object]);
  expect(run).toMatchObject({
    exitCode: 1,
    delivered: { search: records - letters },
    deadLettered: { search: letters },
  });
  const mend = (): Promise<unknown> =>
    ask(esUrl, "PUT", `/${index}/_mapping`, {
      properties: { json: { properties: { count: { type: "long", ignore_malformed: true } } } },
    });
  return { index, config, letters, object, mend, dead: `s3://${bucket}/${prefix}`, prefix };
}

async function keysUnder(Prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  return Contents.map(({ Key = "" }) => Key);
}

test("a mapping that was mended takes what it refused, once, under the same ids", async () => {
  const records = 300;
  const { index, config, letters, object, mend, dead, prefix } = await refused(records);
  const keys = await keysUnder(prefix);

  const counted = await sluice(["replay", "--dry-run", dead]);
  expect(counted).toMatchObject({
    exitCode: 0,
    letters,
    groups: [{ sink: "search", reason: "document_parsing_exception", letters }],
  });
  expect(counted.groups).toHaveLength(1);

  const again = await sluice(["replay", "--config", config, "--delete", dead]);
  expect(again).toMatchObject({ exitCode: 1, deadLettered: { search: letters }, files: { deleted: 0 } });
  const more = await keysUnder(prefix);
  expect(more).toEqual(expect.arrayContaining(keys));
  expect(more.length).toBeGreaterThan(keys.length);

  await mend();
  const sent = await sluice(["replay", "--config", config, "--delete", dead]);
  expect(sent).toMatchObject({ exitCode: 0, letters: 2 * letters, delivered: { search: 2 * letters } });
  expect(await keysUnder(prefix)).toEqual([]);
  expect(await countOf(esUrl, index)).toBe(records);

  // The object once more: each of its records is found under its id.
  const whole = await sluice(["run", "--config", config, object]);
  expect(whole).toMatchObject({ exitCode: 0, delivered: { search: records } });
  expect(await countOf(esUrl, index)).toBe(records);
});

test("documents come as they would have come at first", async () => {
  const { index, config, object, mend, dead } = await refused(3);
  await mend();
  await sluice(["replay", "--config", config, dead]);
  await ask(esUrl, "POST", `/${index}/_refresh`);
  const found = (await ask(esUrl, "GET", `/${index}/_search?q=json.n:0`)) as unknown as Found;
  const [replayed] = found.hits.hits;
  await ask(esUrl, "DELETE", `/${index}/_doc/${replayed?._id}?refresh=true`);
  await sluice(["run", "--config", config, object]);
  await ask(esUrl, "POST", `/${index}/_refresh`);
  const fresh = (await ask(esUrl, "GET", `/${index}/_search?q=json.n:0`)) as unknown as Found;
  expect(fresh.hits.hits.map(({ _id, _source }) => ({ _id, _source }))).toEqual([
    { _id: replayed?._id, _source: replayed?._source },
  ]);
});

interface Found {
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _source: unknown }[] };
}

test("what Firehose kept comes once, however often it is sent again", async () => {
  const index = unique("firehose-");
  const config = join(dir, `${index}.yaml`);
  await writeFile(
    config,
    `sinks: { search: { type: elasticsearch, url: "${esUrl}", target: "${index}" } }
triggers: { firehose: { mode: deliver } }
`,
  );
  const lines = Array.from({ length: 40 }, (_, n) =>
    JSON.stringify({
      attemptsMade: 4,
      arrivalTimestamp: Date.now(),
      errorCode: "Lambda.FunctionError",
      errorMessage: "The Lambda function was successfully invoked but it returned an error result.",
      attemptEndingTimestamp: Date.now(),
      rawData: Buffer.from(`line ${n}`).toString("base64"),
      lambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:sluice",
    }),
  );
  const Key = `${index}/processing-failed/2026/01/02/03/app-1-2026-01-02-03-04-05-01234567-89ab-cdef-0123-456789abcdef`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `${lines.join("\n")}\n` }));
  const args = ["replay", "--config", config, `s3://${bucket}/${index}/processing-failed/`];
  expect(await sluice(args)).toMatchObject({ exitCode: 0, groups: [{ reason: "Lambda.FunctionError", failed: 0 }] });
  expect(await sluice([...args, "--delete"])).toMatchObject({ exitCode: 0, files: { deleted: 1 } });
  await ask(esUrl, "POST", `/${index}/_refresh`);
  expect(await ask(esUrl, "GET", `/${index}/_count`)).toMatchObject({ count: 40 });
  expect(await keysUnder(`${index}/`)).toEqual([]);
});

test("a replay that was stopped goes on where it was", async () => {
  const records = 7500;
  const { index, config, letters, mend, dead, prefix } = await refused(records);
  await mend();
  const stop = new AbortController();
  const stopping = (own: Adapters): Adapters => ({
    ...own,
    open: (...args) => {
      const pipeline = own.open(...args);
      return {
        ...pipeline,
        resend: async (...call) => {
          const resent = await pipeline.resend(...call);
          stop.abort();
          return resent;
        },
      };
    },
  });
  const args = ["replay", "--config", config, "--state", `${index}.state`, "--delete", dead];
  const first = await sluice(args, { stop: stop.signal, adapters: stopping });
  expect(first.exitCode).toBe(1);
  expect(first.delivered.search).toBeLessThan(letters);
  expect(first.err).toContain("not read to the end");
  const second = await sluice(args);
  expect(second).toMatchObject({ exitCode: 0, delivered: { search: letters - first.delivered.search } });
  expect(await keysUnder(prefix)).toEqual([]);
  expect(await countOf(esUrl, index)).toBe(records);
});

test("a line is what its documentation says", async () => {
  const { prefix, letters } = await refused(10);
  const [Key = ""] = await keysUnder(prefix);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  const lines = ((await Body?.transformToString()) ?? "").trimEnd().split("\n");
  expect(lines).toHaveLength(letters);
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    v: 1,
    id: expect.stringMatching(/^1[0-9a-f]{32}-0-\d+$/),
    sink: "search",
    status: 400,
    reason: { code: "document_parsing_exception" },
    origin: { "aws.s3.bucket.name": bucket },
    service: "s3",
    dataset: "generic",
    namespace: "default",
    timestamp: expect.stringMatching(/^20.*Z$/),
    document: { json: { n: 0, count: "many" } },
  });
});

/** The config mended: what was no number becomes one. */
async function mendConfig(config: string): Promise<void> {
  const transform = `${config}.mjs`;
  await writeFile(
    transform,
    "export default (record) => ({ ...record, json: { ...record.json, count: Number(record.json.count) || 0 } });\n",
  );
  await writeFile(config, `${await readFile(config, "utf8")}process: [{ transform: ${JSON.stringify(transform)} }]\n`);
}

test("a config that was mended: records that were refused are read again, once, under the same ids", async () => {
  const records = 3000;
  const { index, config, letters, object, dead, prefix } = await refused(records);
  const args = ["replay", "--config", config, "--delete", dead];
  await mendConfig(config);

  // As they are, the index refuses them again.
  const asTheyAre = await sluice(args);
  expect(asTheyAre).toMatchObject({ exitCode: 1, deadLettered: { search: letters } });
  const shown = await sluice(["replay", "--reprocess", "--dry-run", dead]);
  expect(shown).toMatchObject({ exitCode: 0, letters: 2 * letters, objects: 1 });

  const again = await sluice([...args, "--reprocess"]);
  expect(again).toMatchObject({ exitCode: 0, letters: 2 * letters, delivered: { search: 2 * letters }, objects: 1 });
  expect(await keysUnder(prefix)).toEqual([]);
  expect(await countOf(esUrl, index)).toBe(records);
  const mended = (await ask(esUrl, "GET", `/${index}/_search?q=json.n:3`)) as unknown as Found;
  expect(mended.hits.hits).toMatchObject([{ _source: { json: { n: 3, count: 0 } } }]);

  // The object once more: each of its records is found under its id.
  const whole = await sluice(["run", "--config", config, object]);
  expect(whole).toMatchObject({ exitCode: 0, delivered: { search: records } });
  expect(await countOf(esUrl, index)).toBe(records);
});

test("letters whose object is gone or was replaced, or that came in an event, stay; versions are read where they are kept", async () => {
  const versioned = unique("replay-versioned-");
  await s3.send(new CreateBucketCommand({ Bucket: versioned }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration: { Status: "Enabled" } }));
  const { index, config, dead, prefix } = await refused(3);
  const lines = '{"n":1,"count":"many"}\n{"n":2,"count":2}\n';
  const put = (Bucket: string, name: string, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key: `${index}/${name}`, Body }));
  for (const name of ["gone", "replaced"]) await put(bucket, name, lines);
  for (const name of ["gone", "replaced"]) await put(versioned, name, lines);
  const objects = ["gone", "replaced"].flatMap((name) =>
    [bucket, versioned].map((each) => `s3://${each}/${index}/${name}`),
  );
  await sluice(["run", "--config", config, ...objects]);
  const data = gzipSync(
    JSON.stringify({
      messageType: "DATA_MESSAGE",
      owner: "123456789012",
      logGroup: "/app",
      logStream: "s",
      logEvents: [{ id: "1", timestamp: 1.7e12, message: '{"n":1,"count":"many"}' }],
    }),
  );
  const event = join(dir, `${index}.json`);
  await writeFile(event, JSON.stringify({ awslogs: { data: data.toString("base64") } }));
  await sluice(["run", "--config", config, "--event", event]);
  for (const Bucket of [bucket, versioned]) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key: `${index}/gone` }));
    await put(Bucket, "replaced", "another\n");
  }
  const before = await countOf(esUrl, index);
  await mendConfig(config);

  const again = await sluice([
    "replay",
    "--config",
    config,
    "--reprocess",
    "--delete",
    "--state",
    `${index}.state`,
    dead,
  ]);
  expect(again).toMatchObject({
    exitCode: 1,
    letters: 6,
    delivered: { search: 3 },
    failures: { OBJECT_MISSING: 1, OBJECT_CHANGED: 1, ORIGIN_NOT_KEPT: 1 },
  });
  expect(again.err).toContain(`OBJECT_CHANGED: s3://${bucket}/${index}/replaced: it was replaced`);
  expect(again.err).toContain(`OBJECT_MISSING: s3://${bucket}/${index}/gone: `);
  expect(again.err).toContain("ORIGIN_NOT_KEPT: cloudwatch-logs /app: ");
  expect(await countOf(esUrl, index)).toBe(before + 3);
  expect(await keysUnder(prefix)).not.toEqual([]);

  // The rest goes as it is, once the index takes it.
  await ask(esUrl, "PUT", `/${index}/_mapping`, {
    properties: { json: { properties: { count: { type: "long", ignore_malformed: true } } } },
  });
  const rest = await sluice(["replay", "--config", config, "--delete", "--state", `${index}.state`, dead]);
  expect(rest).toMatchObject({ exitCode: 0, letters: 3, delivered: { search: 3 } });
  expect(await keysUnder(prefix)).toEqual([]);
  expect(await countOf(esUrl, index)).toBe(before + 6);
});

async function newQueue(fifo = false): Promise<string> {
  const QueueName = unique("replay-") + (fifo ? ".fifo" : "");
  const made = await sqs.send(
    new CreateQueueCommand({ QueueName, ...(fifo && { Attributes: { FifoQueue: "true" } }) }),
  );
  return made.QueueUrl ?? "";
}

async function fill(QueueUrl: string, entries: readonly Omit<SendMessageBatchRequestEntry, "Id">[]): Promise<void> {
  const Entries = entries.map((entry, i) => ({ Id: String(i), ...entry }));
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(Failed).toEqual([]);
}

async function inQueue(QueueUrl: string): Promise<readonly [visible: number, hidden: number]> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
}

async function received(QueueUrl: string): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ["All"],
    MessageSystemAttributeNames: ["All"],
  });
  return (await sqs.send(command)).Messages ?? [];
}

const notification = (key: string): string =>
  JSON.stringify({
    Records: [
      {
        eventSource: "aws:s3",
        eventName: "ObjectCreated:Put",
        awsRegion: "us-east-1",
        s3: { bucket: { name: bucket }, object: { key, size: 1 } },
      },
    ],
  });

test("messages of a dead-letter queue: shown, handled here, the rest moved back", async () => {
  const index = unique("replay-");
  const config = join(dir, `${index}.yaml`);
  await writeFile(config, `sinks: { search: { type: elasticsearch, url: "${esUrl}", target: "${index}" } }\n`);
  const keys = ["a", "b", "c"].map((name) => `${index}/${name}.log`);
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "one\ntwo\n" }));
  const dead = await newQueue();
  const attributes = {
    text: { DataType: "String", StringValue: "as it was" },
    bytes: { DataType: "Binary", BinaryValue: Buffer.from([0, 255]) },
  };
  await fill(dead, [
    ...keys.map((key) => ({ MessageBody: notification(key) })),
    { MessageBody: "not json" },
    { MessageBody: notification(`${index}/gone.log`), MessageAttributes: attributes },
  ]);

  const shown = await sluice(["replay", "--queue", dead, "--dry-run", "--config", config]);
  expect(shown).toMatchObject({ exitCode: 0, letters: 5 });
  expect(shown.groups.map(({ sink, reason, letters }: Record<string, unknown>) => [sink, reason, letters])).toEqual([
    ["sqs > s3", "record source", 3],
    ["sqs", "EVENT_MALFORMED", 1],
    ["sqs > s3", "OBJECT_MISSING", 1],
  ]);
  expect(await inQueue(dead)).toEqual([5, 0]);

  const handled = await sluice(["replay", "--queue", dead, "--config", config]);
  expect(handled).toMatchObject({ exitCode: 1, delivered: { "(messages)": 3 }, failed: { "(messages)": 2 } });
  expect(await countOf(esUrl, index)).toBe(6);
  expect(await inQueue(dead)).toEqual([2, 0]);

  const source = await newQueue();
  const moved = await sluice(["replay", "--queue", dead, "--move-to", source]);
  expect(moved).toMatchObject({ exitCode: 0, delivered: { "(messages)": 2 } });
  expect(await inQueue(dead)).toEqual([0, 0]);
  const back = await received(source);
  expect(back.map(({ Body }) => Body).toSorted()).toEqual(["not json", notification(`${index}/gone.log`)].toSorted());
  const [withAttributes] = back.filter(({ Body }) => Body !== "not json");
  expect(withAttributes?.MessageAttributes?.text?.StringValue).toBe("as it was");
  expect(Buffer.from(withAttributes?.MessageAttributes?.bytes?.BinaryValue ?? "").toString("hex")).toBe("00ff");
});

test("messages of a FIFO queue keep group and order", async () => {
  const [dead, source] = [await newQueue(true), await newQueue(true)];
  const entries = ["1", "2", "3"].map((body) => ({
    MessageBody: body,
    MessageGroupId: "g",
    MessageDeduplicationId: `d${body}`,
  }));
  await fill(dead, entries);
  const moved = await sluice(["replay", "--queue", dead, "--move-to", source]);
  expect(moved).toMatchObject({ exitCode: 0, delivered: { "(messages)": 3 } });
  const back = await received(source);
  expect(back.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([
    ["1", "g"],
    ["2", "g"],
    ["3", "g"],
  ]);
});
