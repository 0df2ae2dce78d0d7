import { createServer } from "node:http";
import { type Sink, silentLogger } from "@sluice/core";
import { encodeBatch, type FakeServer, fakeServer, sendCall, testRecord } from "@sluice/core/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import s3Archive from "./index.ts";
import { checksumOf } from "./send.ts";

vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");

async function archive(options: Record<string, unknown> = {}): Promise<{ sink: Sink; server: FakeServer }> {
  const server = await fakeServer(createServer, [{ status: 200, headers: { etag: '"1"' } }]);
  const given = { bucket: "archive", region: "eu-west-1", endpoint: server.url, forcePathStyle: true, ...options };
  const context = { name: "archive", baseDir: ".", logger: silentLogger };
  const sink = await s3Archive.create(s3Archive.options.parse(given), context);
  onTestFinished(async () => {
    await sink.close?.();
    await server.close();
  });
  return { sink, server };
}

const records = [testRecord({ message: "one" }), testRecord({ message: "two", start: 4 })];

test("a gzip file without time or name in its header, with its checksum", async () => {
  const { sink, server } = await archive();
  await sink.send(encodeBatch(sink, records), sendCall());
  const [request] = server.requests;
  expect(request?.body.subarray(0, 8).toString("hex")).toBe("1f8b080000000000");
  expect(request?.headers).toMatchObject({
    "content-type": "application/gzip",
    "x-amz-checksum-crc32": checksumOf(request?.body ?? new Uint8Array()),
  });
});

test("CRC-32 as S3 writes it", () => {
  expect(checksumOf(Buffer.from("123456789"))).toBe("y/Q5Jg==");
  expect(checksumOf(new Uint8Array())).toBe("AAAAAA==");
});

test("what is asked of S3 for each object", async () => {
  const { sink, server } = await archive({
    storageClass: "STANDARD_IA",
    sse: "aws:kms",
    kmsKeyId: "alias/logs",
    expectedBucketOwner: "123456789012",
    key: "a b/{id}",
  });
  await sink.send(encodeBatch(sink, records), sendCall());
  const [request] = server.requests;
  expect(request?.path).toMatch(/^\/archive\/a%20b\//);
  expect(request?.headers).toMatchObject({
    "x-amz-storage-class": "STANDARD_IA",
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "alias/logs",
    "x-amz-expected-bucket-owner": "123456789012",
  });
});

test("combined batches are named by what is in them, and may be there twice", async () => {
  const { sink, server } = await archive({ combine: true, key: "{id}" });
  expect(sink).toMatchObject({ dedupes: "never" });
  expect(sink.limits?.cellBytes).toBeUndefined();
  for (const batch of [records, records, records.slice(0, 1)]) await sink.send(encodeBatch(sink, batch), sendCall());
  const [first, again, other] = server.requests.map(({ path }) => path);
  expect(first).toMatch(/^\/archive\/[0-9a-f]{32}/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});
