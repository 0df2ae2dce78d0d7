import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createAdapters, main, type Terminal } from "@sluice/cli";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { ask, type Json, unique } from "./elastic-helper.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOGS = join(ROOT, "fixtures/objects/acme-elb-logs");
const endpoint = inject("awsEndpoint");
const esUrl = inject("esUrl");
const ENV = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL: endpoint,
};
for (const [name, value] of Object.entries(ENV)) vi.stubEnv(name, value);

const s3 = new S3Client({ forcePathStyle: true });
const source = unique("elb-logs-");
let dir: string;
let records = 0;

/** Load balancer logs, and lines of a program, of which the last object's are gzip. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sluice-backfill-"));
  await s3.send(new CreateBucketCommand({ Bucket: source }));
  const files = readdirSync(LOGS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".log.gz"));
  const lines = (name: string): string => Array.from({ length: 50 }, (_, i) => `${name} line ${i}\n`).join("");
  const objects: [string, Buffer][] = [
    ...files.map((name): [string, Buffer] => [name, readFileSync(join(LOGS, name))]),
    ...Array.from({ length: 12 }, (_, i): [string, Buffer] => [
      `app/dt=${i % 4}/a b+${i}.log.gz`,
      gzipSync(lines(`object ${i}`)),
    ]),
  ];
  for (const [Key, Body] of objects) {
    await s3.send(new PutObjectCommand({ Bucket: source, Key, Body }));
    records += gunzipSync(Body)
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "").length;
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function sluice(...args: readonly string[]): Promise<Ended> {
  const said = { out: "", err: "" };
  const { signal } = new AbortController();
  const terminal: Terminal = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    outIsTty: false,
    errIsTty: false,
    outGone: signal,
    columns: () => 80,
  };
  const adapters = createAdapters({ env: process.env, cwd: dir });
  const exitCode = await main(args, { terminal, adapters, cwd: dir, stop: signal, readStdin: async () => "" });
  return { exitCode, ...said };
}

/** A config with a data stream and an archive of its own; gives its file's name. */
async function configured(namespace: string, archive: Json): Promise<{ config: string; bucket: string }> {
  const bucket = unique("archive-");
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const aws = { bucket, region: "us-east-1", endpoint, forcePathStyle: true };
  const config = `${namespace}.json`;
  const sources = [{ match: { bucket: source }, namespace }];
  const sinks = { search: { type: "elasticsearch", url: esUrl }, archive: { type: "s3-archive", ...aws, ...archive } };
  await writeFile(join(dir, config), JSON.stringify({ sources, sinks }));
  return { config, bucket };
}

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: Json;
}

async function hitsOf(namespace: string): Promise<Hit[]> {
  await ask(esUrl, "POST", `/logs-*-${namespace}/_refresh`);
  const found = await ask(esUrl, "GET", `/logs-*-${namespace}/_search?size=10000`);
  return ((found.hits as Json).hits as Hit[]).sort((a, b) => (a._id < b._id ? -1 : 1));
}

async function loseHalf(hits: readonly Hit[]): Promise<number> {
  const lost = hits.filter((_, i) => i % 2 === 0);
  const lines = lost.map(({ _index, _id }) => `${JSON.stringify({ delete: { _index, _id } })}\n`);
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await fetch(`${esUrl}/_bulk?refresh=true`, { method: "POST", headers, body: lines.join("") });
  expect(await answer.json()).toMatchObject({ errors: false });
  return lost.length;
}

const documents = (hits: readonly Hit[]): object[] => hits.map(({ _id, _source }) => ({ _id, _source }));

test.each([
  ["documents", { format: "ndjson" }],
  ["whole objects", { format: "raw" }],
  ["pieces of lines", { format: "raw", copy: false }],
])("half of an index comes back from an archive of %s: none lost, none doubled, the same ids", async (_, archive) => {
  const namespace = unique("ns");
  const { config, bucket } = await configured(namespace, archive);
  const first = await sluice("backfill", `s3://${source}`, "--config", config, "--json");
  expect(first.err).toContain("0 failed");
  const before = await hitsOf(namespace);
  expect(before).toHaveLength(records);
  const { KeyCount: archived, Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const shown = await explained(config, bucket, Contents[0]?.Key ?? "");
  const kind = archive.format === "raw" ? "lines" : "documents";
  expect(shown.archive).toMatchObject({ kind, keepsIds: true, heldBy: ["archive"] });
  const ids = shown.records.map(({ id }: { id: string }) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(before.map(({ _id }) => _id)).toEqual(expect.arrayContaining(ids));
  expect(await loseHalf(before)).toBeGreaterThan(200);

  const back = await sluice("backfill", `s3://${bucket}/`, "--config", config, "--json");
  expect(back.err).not.toContain("ARCHIVE_IDS_LOST");
  expect(back.exitCode).toBe(0);
  expect(JSON.parse(back.out)).toMatchObject({
    objects: { done: archived, failed: 0, complete: true },
    in: records,
    delivered: { search: records, archive: records },
  });
  expect(documents(await hitsOf(namespace))).toEqual(documents(before));
  expect((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(archived);
});

/** What `explain` says of a notification of the object. */
async function explained(config: string, bucket: string, key: string) {
  const event = join(dir, `${unique("event")}.json`);
  const s3Record = { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size: 1 } };
  await writeFile(
    event,
    JSON.stringify({ Records: [{ eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3: s3Record }] }),
  );
  const { out } = await sluice("explain", "--config", config, event, "--json");
  return JSON.parse(out).items[0];
}

test("filters, and a dry run that says what there is", async () => {
  const dry = await sluice("backfill", `s3://${source}/app/`, "--match", "app/dt=1/*", "--dry-run", "--json");
  expect(JSON.parse(dry.out)).toMatchObject({ objects: { listed: 12, found: 3, done: 0, complete: true } });
  const none = await sluice("backfill", `s3://${source}`, "--until", "2020-01-01", "--dry-run", "--json");
  expect(JSON.parse(none.out)).toMatchObject({ objects: { found: 0 } });
});

test("the objects that a report names as failed, and no others", async () => {
  const namespace = unique("ns");
  const { config, bucket } = await configured(namespace, { format: "ndjson" });
  const row = (n: number, status: string): string =>
    `${source},app%2Fdt%3D${n}%2Fa+b%2B${n}.log.gz,,${status},,200,"x"\n`;
  const Body = row(1, "failed") + row(2, "succeeded") + row(3, "failed");
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "reports/job-1/results/0a1b.csv", Body }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "reports/job-1/manifest.json", Body: "{}" }));
  const done = await sluice("backfill", "--list", `s3://${bucket}/reports/job-1/`, "--config", config, "--json");
  expect(done.exitCode).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({ objects: { found: 2, done: 2 }, delivered: { search: 100 } });
  expect(await hitsOf(namespace)).toHaveLength(100);
});

test("killed on the way, it goes on from its state: each record once", async () => {
  const namespace = unique("ns");
  const { config } = await configured(namespace, {});
  const state = join(dir, `${namespace}.state`);
  const args = ["backfill", `s3://${source}`, "--config", config, "--state", state];
  const env = { ...process.env, ...ENV, INIT_CWD: dir };
  const child = spawn(process.execPath, [join(ROOT, "tooling/sluice.ts"), ...args, "--rate", "4/s"], { env });
  const ended = once(child, "exit");
  const isUnderWay = (): boolean => existsSync(state) && readFileSync(state, "utf8").includes('"done"');
  await vi.waitFor(() => expect(isUnderWay()).toBe(true), { timeout: 60_000, interval: 20 });
  child.kill("SIGKILL");
  await ended;
  const rest = await sluice(...args, "--json");
  expect(rest.exitCode).toBe(0);
  const { objects } = JSON.parse(rest.out);
  expect(objects.complete).toBe(true);
  const ids = (await hitsOf(namespace)).map(({ _id }) => _id);
  expect(ids).toHaveLength(records);
  expect(new Set(ids).size).toBe(records);
  expect(JSON.parse((await sluice(...args, "--json")).out)).toMatchObject({ objects: { found: 0, complete: true } });
});

test("references on a queue are delivered by whoever reads it, as what may have been delivered before", async () => {
  const namespace = unique("ns");
  const { config } = await configured(namespace, {});
  const sqs = new SQSClient();
  const { QueueUrl: queue = "" } = await sqs.send(new CreateQueueCommand({ QueueName: unique("backfill-") }));
  const sent = await sluice("backfill", `s3://${source}`, "--queue", queue, "--json");
  expect(sent.exitCode).toBe(0);
  const adapters = createAdapters({ env: process.env, cwd: dir });
  const pipeline = adapters.open(await adapters.load(config), {});
  const messages = await received(sqs, queue);
  expect(messages.length).toBeGreaterThan(1);
  // The second time as a queue may do it: the same messages, and nothing says so.
  for (let round = 0; round < 2; round++) {
    const Records = messages.map(({ MessageId, Body }) => ({
      messageId: MessageId,
      eventSource: "aws:sqs",
      body: Body,
      attributes: { ApproximateReceiveCount: "1" },
    }));
    const outcome = await pipeline.handle({ Records });
    expect(outcome.counts).toMatchObject({ in: records, delivered: { search: records } });
    expect(outcome.response).toEqual({ batchItemFailures: [] });
  }
  await pipeline.close();
  expect(await hitsOf(namespace)).toHaveLength(records);
});

async function received(sqs: SQSClient, QueueUrl: string) {
  const all = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}
