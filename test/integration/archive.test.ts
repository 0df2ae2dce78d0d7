import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  createPipeline,
  type ObjectReader,
  type Outcome,
  parseConfig,
  type Sink,
  type SinkDefinition,
  silentLogger,
} from "@sluice/core";
import { encodeBatch, sendCall, testRecord } from "@sluice/core/testing";
import { createS3Reader } from "@sluice/lambda-entry";
import s3Archive from "@sluice/sinks-s3-archive/archive";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";

vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");

const endpoint = inject("awsEndpoint");
const s3 = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
const bucket = `archive-${randomBytes(4).toString("hex")}`;
const options = { bucket, region: "us-east-1", endpoint, forcePathStyle: true };

beforeAll(() => s3.send(new CreateBucketCommand({ Bucket: bucket })));

const archive = async (over: Record<string, unknown> = {}): Promise<Sink> =>
  s3Archive.create(s3Archive.options.parse({ ...options, ...over }), {
    name: "archive",
    baseDir: ".",
    logger: silentLogger,
  });

async function stored(prefix: string): Promise<{ key: string; etag: string; lines: Record<string, unknown>[] }[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Promise.all(
    Contents.map(async ({ Key = "", ETag = "" }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const text = gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
      return {
        key: Key,
        etag: ETag,
        lines: text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      };
    }),
  );
}

test("the same cell written twice is one object, whose lines hold their ids", async () => {
  const sink = await archive({ key: "twice/{dataset}/{id}.ndjson.gz" });
  const records = ["one", "two\nlines", "drei, früh"].map((message, i) => testRecord({ message, start: i * 100 }));
  for (let i = 0; i < 2; i++)
    expect(await sink.send(encodeBatch(sink, records), sendCall())).toEqual({ kind: "delivered" });
  const objects = await stored("twice/");
  expect(objects.map(({ key }) => key)).toEqual([`twice/generic/1${"0".repeat(32)}-8m-0.ndjson.gz`]);
  expect(objects[0]?.lines.map(({ message }) => message)).toEqual(["one", "two\nlines", "drei, früh"]);
  expect(objects[0]?.lines[1]).toMatchObject({ sluice: { id: `1${"0".repeat(32)}-100-109` } });
  expect(await sink.probe?.(new AbortController().signal)).toBeUndefined();
});

test("a bucket that isn't there is nothing to wait for", async () => {
  const sink = await archive({ bucket: "no-such-bucket-here" });
  const result = await sink.send(encodeBatch(sink, [testRecord()]), sendCall());
  expect(result).toMatchObject({ kind: "unavailable", reason: { code: "NoSuchBucket", status: 404 } });
  expect(await sink.probe?.(new AbortController().signal)).toMatchObject({ status: 404 });
});

const LINES = Array.from({ length: 2000 }, (_, i) => `line ${i} ${"x".repeat(i % 90)}`);

function readerOf(lines: readonly string[]): ObjectReader {
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  return {
    read: async (_, { start, end }) => ({
      etag: "e",
      size: bytes.length,
      lastModified: Date.UTC(2026, 4, 6, 7),
      body: (async function* () {
        yield bytes.subarray(start, Math.min(end, bytes.length));
      })(),
    }),
  };
}

async function run(prefix: string, limits: object): Promise<void> {
  const sinks = { archive: { type: "s3-archive", ...options, key: `${prefix}/{yyyy}/{HH}/{id}.gz`, limits } };
  const pipeline = createPipeline(parseConfig({ sinks, sources: [{ format: "raw" }] }, "test"), {
    sinks: async () => s3Archive as SinkDefinition,
    reader: readerOf(LINES),
  });
  const { counts } = await pipeline.objects([{ store: "s3", bucket: "in", key: "k", etag: "e" }]);
  expect(counts).toMatchObject({ in: LINES.length, delivered: { archive: LINES.length } });
  await pipeline.close();
}

test("an object archived again leaves the same objects, byte for byte, and every line once", async () => {
  const limits = { cellBytes: 16 * 1024 };
  await run("again", limits);
  const first = await stored("again/");
  expect(first.length).toBeGreaterThan(3);
  expect(first.every(({ key }) => key.startsWith("again/2026/07/"))).toBe(true);
  await run("again", limits);
  const second = await stored("again/");
  expect(second.map(({ key, etag }) => [key, etag])).toEqual(first.map(({ key, etag }) => [key, etag]));
  const messages = second.flatMap(({ lines }) => lines.map(({ message }) => message));
  expect(messages.sort()).toEqual([...LINES].sort());
});

test("cells cut by a limit keep every line", async () => {
  await run("cut", { cellBytes: 16 * 1024, maxBatchRecords: 100 });
  const messages = (await stored("cut/")).flatMap(({ lines }) => lines.map(({ message }) => message));
  expect(messages.sort()).toEqual([...LINES].sort());
});

describe("whole objects", () => {
  const source = `source-${randomBytes(4).toString("hex")}`;
  const gzip = gzipSync("first line\r\n\nsecond line\n", { level: 9 });

  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: source }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: source, VersioningConfiguration }));
  });

  /** Tells the ETag and the version. */
  async function put(key: string, Body: Uint8Array): Promise<{ etag: string; versionId: string | undefined }> {
    const { ETag = "", VersionId } = await s3.send(
      new PutObjectCommand({ Bucket: source, Key: key, Body, Tagging: "a=b" }),
    );
    return { etag: ETag.replaceAll('"', ""), versionId: VersionId };
  }

  async function carry(prefix: string, key: string, over: object = {}, versionId?: string): Promise<Outcome> {
    const archived = {
      type: "s3-archive",
      ...options,
      format: "raw",
      key: `${prefix}/{dataset}/{yyyy}/{id}.gz`,
      ...over,
    };
    const config = parseConfig({ sinks: { archive: archived }, sources: [{ dataset: "app.web" }] }, "test");
    const pipeline = createPipeline(config, {
      sinks: async () => s3Archive as SinkDefinition,
      reader: createS3Reader({
        aws: { endpoint, region: "us-east-1" },
        env: { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
      }),
    });
    try {
      return await pipeline.objects([{ store: "s3", bucket: source, key, versionId }]);
    } finally {
      await pipeline.close();
    }
  }

  async function archived(prefix: string): Promise<{ key: string; body: Buffer }[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Promise.all(
      Contents.map(async ({ Key = "" }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return { key: Key, body: Buffer.from((await Body?.transformToByteArray()) ?? "") };
      }),
    );
  }

  test("are copied, byte for byte, to the same object each time", async () => {
    const key = "a b/ü+%/log.gz";
    await put(key, gzip);
    for (let i = 0; i < 2; i++) {
      const { counts } = await carry("copied", key);
      expect(counts).toMatchObject({ in: 0, copied: { archive: 1 }, copiedBytes: { archive: gzip.length } });
    }
    const objects = await archived("copied/");
    expect(objects).toHaveLength(1);
    expect(objects[0]?.key).toMatch(/^copied\/app\.web\/20\d\d\/1[0-9a-f]{32}\.gz$/);
    expect(objects[0]?.body.equals(gzip)).toBe(true);
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: objects[0]?.key }));
    expect(head).toMatchObject({ ContentType: "application/gzip" });
  });

  test("are copied in the version that the event names", async () => {
    const { versionId } = await put("versions.gz", gzip);
    await put("versions.gz", gzipSync("another\n"));
    expect((await carry("version", "versions.gz", {}, versionId)).counts.copied).toEqual({ archive: 1 });
    const [object] = await archived("version/");
    expect(object?.body.equals(gzip)).toBe(true);
  });

  test("another one under the key that was looked at isn't copied", async () => {
    const { etag } = await put("changed.gz", gzip);
    await put("changed.gz", gzipSync("another\n"));
    const sink = await archive({ format: "raw", key: "changed/{id}.gz" });
    const ref = { store: "s3", bucket: source, key: "changed.gz" } as const;
    const copy = { ref, etag, size: gzip.length, partition: "changed/{id}.gz", id: "1a" };
    expect(await sink.copyObject?.(copy, sendCall())).toMatchObject({
      kind: "refused",
      of: "object",
      reason: { code: "PreconditionFailed", status: 412 },
    });
    expect(await archived("changed/")).toEqual([]);
    expect(await sink.copyObject?.({ ...copy, ref: { ...ref, key: "gone.gz" } }, sendCall())).toMatchObject({
      kind: "refused",
      of: "object",
      reason: { code: "NoSuchKey" },
    });
  });

  test("are read where they can't be copied", async () => {
    await put("plain.log", Buffer.from("first line\nsecond line\n"));
    const { counts } = await carry("read", "plain.log");
    expect(counts).toMatchObject({ in: 2, delivered: { archive: 2 }, copied: {} });
    const [object] = await archived("read/");
    expect(gunzipSync(object?.body ?? "").toString()).toBe("first line\nsecond line\n");
  });

  test("are read with copy: false", async () => {
    await put("read.gz", gzip);
    expect((await carry("uncopied", "read.gz", { copy: false })).counts).toMatchObject({ in: 2, copied: {} });
  });
});
