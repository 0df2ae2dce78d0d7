/**
 * Runs the bundle as Lambda would, and fails the build when it doesn't work, or loads anything that its config and
 * event don't need.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { registerHooks } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { ENTRY, fileOf, LAMBDA, loadedBy, packagesIn, readOutputs } from "./graph.ts";

/** Packages that a start may load; all the rest waits until a config or an event needs it. */
const AT_START: ReadonlySet<string> = new Set(["zod", "p-retry", "is-network-error"]);
/** What YAML, the file sink, and the HTTP and Elasticsearch sinks (on a slimmed undici and client) load beyond the start. */
const USED = [
  "src/config/yaml.ts",
  "src/sinks/file/index.ts",
  "sinks-http/src/index.ts",
  "sinks-elastic/src/index.ts",
  "@elastic/elasticsearch/esm/index.js",
];
/** What an object in S3 adds where the environment tells all of it: no AWS SDK. */
const S3 = "src/aws/s3/read.ts";
/** What postpones messages, with its part of the AWS SDK. */
const SQS = ["src/aws/sqs/postpone.ts", "src/aws/sdk/sqs.ts"];

const ANSWERS: Readonly<Record<string, string>> = {
  "/": '{"Successful":[],"Failed":[]}',
  "/logs/key.log": "from S3",
  "/_bulk": '{"errors":false,"items":[{"create":{"status":201}}]}',
};

const outputs = readOutputs();
const atStart = loadedBy(outputs, [ENTRY]);
const strangers = packagesIn(atStart, outputs).filter((name) => !AT_START.has(name));
assert.deepEqual(strangers, [], "packages that the handler loads at its start");

const imported = Object.values(outputs).flatMap(({ imports }) =>
  imports.filter(({ kind, external }) => kind === "import-statement" && external === true).map(({ path }) => path),
);
assert.deepEqual(imported, [], "Node's modules imported, and not taken as bundle/builtins.ts does");

const received: string[] = [];
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "", "http://server");
  received.push(`${request.method} ${pathname}`);
  request.resume().on("end", () => response.end(ANSWERS[pathname]));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
try {
  const path = join(folder, "out.ndjson");
  const url = `http://127.0.0.1:${port}/in`;
  const search = `{ type: elasticsearch, url: "http://127.0.0.1:${port}" }`;
  process.env.SLUICE_CONFIG = `sinks:\n  copy: { type: file, path: "${path}" }\n  out: { type: http, url: "${url}" }\n  search: ${search}\n`;
  process.env.SLUICE_LOG_LEVEL = "error";
  Object.assign(process.env, {
    HOME: folder,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  const loaded = recordLoads();
  const { handler } = await import(pathToFileURL(join(LAMBDA, "index.mjs")).href);
  assert.deepEqual(names(loaded), names(atStart), "files loaded at the start");

  await handler({ awslogs: { data: logBatch("hello") } }, { getRemainingTimeInMillis: () => 30_000 });
  assert.deepEqual(messages(path), ["hello"]);
  const written = received.filter((request) => request.startsWith("POST "));
  assert.deepEqual(written.sort(), ["POST /_bulk", "POST /in"]);
  assert.deepEqual(names(loaded), names(loadedBy(outputs, [ENTRY, ...USED])), "files loaded by the invocation");

  await handler(s3Event("logs", "key.log"), { getRemainingTimeInMillis: () => 30_000 });
  assert.deepEqual(messages(path), ["hello", "from S3"]);
  assert.deepEqual(names(loaded), names(loadedBy(outputs, [ENTRY, ...USED, S3])), "files loaded for an object in S3");

  const { postponer } = await import(pathToFileURL(join(LAMBDA, basename(fileOf(outputs, SQS[0] ?? "")))).href);
  const logger = { log: (...line: unknown[]) => assert.fail(`not postponed: ${JSON.stringify(line)}`) };
  const failed = { queueArn: "arn:aws:sqs:eu-west-1:123456789012:in", receiptHandle: "r", seconds: 30 };
  await postponer({ aws: {}, env: process.env, logger }).postpone([failed], AbortSignal.timeout(10_000));
  assert.equal(received.at(-1), "POST /");
  assert.deepEqual(names(loaded), names(loadedBy(outputs, [ENTRY, ...USED, S3, ...SQS])), "files loaded for SQS");
} finally {
  rmSync(folder, { recursive: true });
  server.close();
  server.closeAllConnections();
}

function recordLoads(): string[] {
  const loaded: string[] = [];
  const prefix = pathToFileURL(LAMBDA).href;
  registerHooks({
    load: (url, context, next) => {
      if (url.startsWith(prefix)) loaded.push(url);
      return next(url, context);
    },
  });
  return loaded;
}

function names(files: readonly string[]): string[] {
  return files.map((file) => basename(file)).sort();
}

/** A CloudWatch Logs subscription's payload, as Lambda gets it. */
function logBatch(message: string): string {
  const about = { messageType: "DATA_MESSAGE", owner: "123456789012", logGroup: "g", logStream: "s" };
  const logEvents = [{ id: "1", timestamp: Date.UTC(2026, 0, 1), message }];
  return gzipSync(JSON.stringify({ ...about, subscriptionFilters: ["f"], logEvents })).toString("base64");
}

function s3Event(bucket: string, key: string): object {
  const s3 = { bucket: { name: bucket }, object: { key, size: 7, eTag: "abc", sequencer: "1" } };
  const about = { eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put", awsRegion: "eu-west-1" };
  return { Records: [{ ...about, eventTime: "2026-01-01T00:00:00.000Z", s3 }] };
}

function messages(path: string): string[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).message);
}
