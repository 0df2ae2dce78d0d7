import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Client } from "@elastic/elasticsearch";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { functionZip } from "../../tooling/engines/aws-function.ts";
import { type ElasticsearchEngine, startElasticsearch } from "../../tooling/engines/elasticsearch.ts";
import { startLambda } from "../../tooling/engines/lambda-runtime.ts";
import { type OpenSearchEngine, startOpenSearch } from "../../tooling/engines/opensearch.ts";

// The engines themselves: that each is what the other tests take it for.

const aws = {
  endpoint: inject("awsEndpoint"),
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

describe("Elasticsearch", () => {
  const client = new Client({ node: inject("esUrl") });

  test("reads back what was written", async () => {
    await client.index({ index: "engines", id: "1", document: { message: "hello" }, refresh: true });
    const found = await client.search({ index: "engines", query: { match: { message: "hello" } } });
    expect(found.hits.hits.map(({ _id }) => _id)).toEqual(["1"]);
    await client.indices.delete({ index: "engines" });
  });

  test("makes data streams of logs-*-*, and takes an id once", async () => {
    const index = "logs-engines-default";
    const create = () =>
      client.bulk({ operations: [{ create: { _index: index, _id: "a" } }, { "@timestamp": "2026-01-01T00:00:00Z" }] });
    const [first, second] = [await create(), await create()];
    expect(first.items[0]?.create?.status).toBe(201);
    expect(second.items[0]?.create?.error?.type).toBe("version_conflict_engine_exception");
    const { data_streams: streams } = await client.indices.getDataStream({ name: index });
    expect(streams).toHaveLength(1);
    await client.indices.deleteDataStream({ name: index });
  });
});

describe("Elasticsearch with security", () => {
  let engine: ElasticsearchEngine;
  beforeAll(async () => {
    engine = await startElasticsearch({ security: true });
  });
  afterAll(() => engine?.stop());

  test("refuses without credentials, and with wrong ones", async () => {
    expect((await fetch(engine.url)).status).toBe(401);
    const wrong = new Client({ node: engine.url, auth: { username: "elastic", password: "wrong" } });
    await expect(wrong.info()).rejects.toMatchObject({ statusCode: 401 });
  });

  test("answers 403 per item where an API key's role doesn't reach", async () => {
    const { url, username = "", password = "" } = engine;
    const elastic = new Client({ node: url, auth: { username, password } });
    const privileges = ["create_doc", "auto_configure"] as const;
    const { encoded } = await elastic.security.createApiKey({
      name: "engines",
      role_descriptors: { writer: { indices: [{ names: ["allowed"], privileges: [...privileges] }] } },
    });
    const writer = new Client({ node: url, auth: { apiKey: encoded } });
    const { items } = await writer.bulk({
      operations: [{ create: { _index: "allowed" } }, { n: 1 }, { create: { _index: "forbidden" } }, { n: 2 }],
    });
    expect(items.map(({ create }) => create?.status)).toEqual([201, 403]);
    expect(items[1]?.create?.error?.type).toBe("security_exception");
  });
});

describe("Elasticsearch with settings", () => {
  test("takes them", async () => {
    const engine = await startElasticsearch({ settings: { "http.max_content_length": "64kb" } });
    try {
      const body = "x".repeat(100_000);
      const headers = { "content-type": "application/x-ndjson" };
      const response = await fetch(`${engine.url}/_bulk`, { method: "POST", headers, body });
      expect(response.status).toBe(413);
    } finally {
      await engine.stop();
    }
  });
});

describe("OpenSearch", () => {
  let engine: OpenSearchEngine;
  beforeAll(async () => {
    engine = await startOpenSearch();
  });
  afterAll(() => engine?.stop());

  test("reads back what was written", async () => {
    const document = `${engine.url}/engines/_doc/1`;
    const headers = { "content-type": "application/json" };
    const put = await fetch(document, { method: "PUT", headers, body: '{"message":"hello"}' });
    expect(put.status).toBe(201);
    expect(await (await fetch(document)).json()).toMatchObject({ _source: { message: "hello" } });
  });
});

describe("AWS", () => {
  test("stores objects", async () => {
    const s3 = new S3Client({ ...aws, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "engines" }));
    await s3.send(new PutObjectCommand({ Bucket: "engines", Key: "a b+ü.log", Body: "hello" }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "engines", Key: "a b+ü.log" }));
    expect(await Body?.transformToString()).toBe("hello");
  });
});

describe("functions", () => {
  let taskRoot: string;
  beforeAll(async () => {
    taskRoot = await mkdtemp(join(tmpdir(), "sluice-function-"));
    await writeFile(join(taskRoot, "index.mjs"), FUNCTION);
  });
  afterAll(() => rm(taskRoot, { recursive: true, force: true }));

  test("run in AWS, by the real runtime client", async () => {
    const lambda = new LambdaClient(aws);
    const FunctionName = "engines-echo";
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: "provided.al2023",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/test",
        Timeout: 10,
        Code: { ZipFile: await functionZip(taskRoot) },
      }),
    );
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10 }, { FunctionName });
    const ok = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ n: 1 }) }));
    expect(JSON.parse(ok.Payload?.transformToString() ?? "")).toMatchObject({ echo: { n: 1 } });
    const failed = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ fail: true }) }));
    expect(failed.FunctionError).toBeDefined();
    expect(failed.Payload?.transformToString()).toContain("told to fail");
  });

  test("run by themselves: the runtime API tells answers, errors, exits and timeouts apart", async () => {
    const options = { taskRoot, handler: "index.handler", timeoutMs: 500, memoryMb: 256, env: { GREETING: "hi" } };
    const first = await startLambda(options);
    expect((await first.invoke({ n: 2 })).payload).toEqual({ echo: { n: 2 }, greeting: "hi", memory: "256" });
    expect(await first.invoke({ fail: true })).toMatchObject({
      errorType: "Error",
      error: { errorMessage: "told to fail" },
    });
    expect(await first.invoke({ hang: true })).toMatchObject({ timedOut: true });
    expect(first.logs()).toContain("got 2");
    expect(first.initMs).toBeGreaterThan(0);
    await first.stop();

    const second = await startLambda(options);
    expect(await second.invoke({ exit: 3 })).toMatchObject({ errorType: "Runtime.ExitError" });
    await second.stop();

    await expect(startLambda({ ...options, handler: "index.missing" })).rejects.toThrow("Runtime.HandlerNotFound");
  });
});

const FUNCTION = `export const handler = async (event) => {
  console.log("got", event.n);
  if (event.fail) throw new Error("told to fail");
  if (event.exit) process.exit(event.exit);
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  return { echo: event, greeting: process.env.GREETING, memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE };
};
`;
