import { createServer } from "node:http";
import { type ObjectCopy, type Sink, silentLogger } from "@sluice/core";
import { type Answer, type Answers, type FakeServer, fakeServer, sendCall, testCopy } from "@sluice/core/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { partBytesOf } from "./copy.ts";
import s3Archive from "./index.ts";

vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");

const GiB = 2 ** 30;
const COPIED = { status: 200, body: '<CopyObjectResult><ETag>"2"</ETag></CopyObjectResult>' };

async function archive(answers: Answers, over: object = {}): Promise<{ sink: Sink; server: FakeServer }> {
  const server = await fakeServer(createServer, answers);
  const given = {
    bucket: "archive",
    region: "eu-west-1",
    endpoint: server.url,
    forcePathStyle: true,
    format: "raw",
    ...over,
  };
  const context = { name: "archive", baseDir: ".", logger: silentLogger };
  const sink = await s3Archive.create(s3Archive.options.parse(given), context);
  onTestFinished(async () => {
    await sink.close?.();
    await server.close();
  });
  return { sink, server };
}

test("what is asked of S3", async () => {
  const { sink, server } = await archive([COPIED], {
    storageClass: "GLACIER_IR",
    sse: "aws:kms",
    kmsKeyId: "alias/logs",
    expectedBucketOwner: "123456789012",
  });
  const ref = { store: "s3", bucket: "logs", key: "a b/ü+%?#.gz", versionId: "v/1+" } as const;
  const copy = testCopy({ ref, etag: '"0123-4"', partition: "app/dt=2026-02-03/{id}.log.gz", id: "1abc" });
  expect(await sink.copyObject?.(copy, sendCall())).toEqual({ kind: "delivered" });
  const [request] = server.requests;
  expect(request?.method).toBe("PUT");
  expect(request?.path).toMatch(/^\/archive\/app\/dt%3D2026-02-03\/1abc\.log\.gz(\?x-id=CopyObject)?$/);
  expect(request?.body.length).toBe(0);
  expect(request?.headers).toMatchObject({
    "content-type": "application/gzip",
    "x-amz-copy-source": "logs/a%20b/%C3%BC%2B%25%3F%23.gz?versionId=v%2F1%2B",
    "x-amz-copy-source-if-match": '"0123-4"',
    "x-amz-metadata-directive": "REPLACE",
    "x-amz-tagging-directive": "REPLACE",
    "x-amz-storage-class": "GLACIER_IR",
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "alias/logs",
    "x-amz-expected-bucket-owner": "123456789012",
  });
});

test.each([
  [{ format: "raw" }, true],
  [{ format: "raw", copy: false }, false],
  [{ format: "raw", combine: true }, false],
  [{ format: "ndjson" }, false],
])("%j", async (over, expected) => {
  const { sink } = await archive([COPIED], over);
  expect(sink.copyObject !== undefined).toBe(expected);
  const given = s3Archive.options.parse({ bucket: "archive", ...over });
  expect(s3Archive.copies?.(given)).toBe(expected);
});

describe("an object of more than a GiB", () => {
  const large: ObjectCopy = testCopy({ size: 1.25 * GiB + 7 });
  const inParts =
    (part: Answer): Answers =>
    ({ method, path }) => {
      if (path.includes("uploads")) return { status: 200, body: "<R><UploadId>u1</UploadId></R>" };
      if (path.includes("partNumber")) return part;
      if (method === "DELETE") return { status: 204 };
      return { status: 200, body: '<CompleteMultipartUploadResult><ETag>"3-3"</ETag></CompleteMultipartUploadResult>' };
    };
  const part = { status: 200, body: '<CopyPartResult><ETag>"p"</ETag></CopyPartResult>' };

  test("is copied in parts that are all of it", async () => {
    const { sink, server } = await archive(inParts(part));
    expect(await sink.copyObject?.(large, sendCall())).toEqual({ kind: "delivered" });
    const parts = server.requests.filter(({ path }) => path.includes("partNumber"));
    const ranges = parts.map(({ path, headers }) => [
      /partNumber=(\d+)/.exec(path)?.[1],
      headers["x-amz-copy-source-range"],
    ]);
    expect(ranges.sort()).toEqual([
      ["1", `bytes=0-${GiB / 2 - 1}`],
      ["2", `bytes=${GiB / 2}-${GiB - 1}`],
      ["3", `bytes=${GiB}-${1.25 * GiB + 6}`],
    ]);
    expect(new Set(parts.map(({ headers }) => headers["x-amz-copy-source-if-match"]))).toEqual(new Set(['"0123"']));
    const done = server.requests.at(-1)?.body.toString() ?? "";
    expect([...done.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => number)).toEqual(["1", "2", "3"]);
  });

  test.each([
    [{ status: 503, body: "<Error><Code>SlowDown</Code></Error>" }, { kind: "retry" }],
    [
      { status: 412, body: "<Error><Code>PreconditionFailed</Code></Error>" },
      { kind: "refused", of: "object" },
    ],
    [
      { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
      { kind: "refused", of: "bucket" },
    ],
  ])("leaves no parts behind after %j", async (answer, expected) => {
    const { sink, server } = await archive(inParts(answer));
    expect(await sink.copyObject?.(large, sendCall())).toMatchObject(expected);
    expect(server.requests.at(-1)).toMatchObject({ method: "DELETE", path: expect.stringContaining("uploadId=u1") });
  });
});

test("the largest that S3 takes is within its limits of parts", () => {
  for (const size of [GiB + 1, 5 * 1024 * GiB, 48 * 1024 * GiB]) {
    expect(Math.ceil(size / partBytesOf(size))).toBeLessThanOrEqual(10_000);
    expect(partBytesOf(size)).toBeLessThanOrEqual(5 * GiB);
  }
});
