import { DELIVERED, type Sink } from "@sluice/core";
import { encodeBatch, testRecord } from "@sluice/core/testing";
import { expect, test } from "vitest";
import { ENCODINGS } from "./encode.ts";
import s3Archive from "./index.ts";
import { keyOf, keyPartition, keySafe, nameOf, templateOf } from "./key.ts";

const partition = keyPartition("{dataset}/dt={yyyy}-{MM}-{dd}/hour={HH}/{id}.ndjson.gz");
const sinkStub: Sink = { dedupes: "within-object", partition, ...ENCODINGS.ndjson, send: async () => DELIVERED };

test("the default key, in UTC", () => {
  const record = testRecord({ dataset: "aws.elb_logs", timestamp: Date.UTC(2026, 1, 3, 4, 59, 59, 999) });
  expect(partition(record)).toBe("aws.elb_logs/dt=2026-02-03/hour=04/{id}.ndjson.gz");
});

test("the extension says what is in it", () => {
  expect(templateOf({ format: "raw" })).toBe("{dataset}/dt={yyyy}-{MM}-{dd}/hour={HH}/{id}.log.gz");
  expect(keyPartition(templateOf({ format: "ndjson" }))(testRecord())).toMatch(/\/\{id\}\.ndjson\.gz$/);
  expect(templateOf({ format: "raw", key: "{id}" })).toBe("{id}");
});

test("records of one item fall into their own hours", () => {
  const hours = [0, 3_599_999, 3_600_000, 0].map((more) => {
    const record = testRecord({ timestamp: Date.UTC(2026, 0, 1, 23) + more });
    return partition(record).replace(/.*dt=(.*)\/hour=(.*)\/.*/, "$1 $2");
  });
  expect(hours).toEqual(["2026-01-01 23", "2026-01-01 23", "2026-01-02 00", "2026-01-01 23"]);
});

test("values can't add folders, placeholders or nothing at all", () => {
  const fields = { "aws.cloudwatch.log_group": "/aws/lambda/{id}", "cloud.account.id": ".." };
  expect(keyPartition("{account}/{region}/{logGroup}/{namespace}/{id}")(testRecord({ fields }))).toBe(
    "_/unknown/_aws_lambda__id_/default/{id}",
  );
  expect(keySafe("a-b_c.d!e*f'g(h)/i j\u0000ü")).toBe("a-b_c.d!e*f'g(h)_i_j__");
});

test("the id is the cell's, and a part of a cell has its own", () => {
  const batch = encodeBatch(
    sinkStub,
    [0, 10, 20].map((start) => testRecord({ start })),
    { cell: "1abc-16m-7" },
  );
  expect(keyOf(batch.partition, nameOf(batch))).toBe("generic/dt=2026-01-02/hour=03/1abc-16m-7.ndjson.gz");
  expect(keyOf(batch.partition, nameOf(batch.slice(1, 3)))).toBe(
    "generic/dt=2026-01-02/hour=03/1abc-16m-7.10-20.ndjson.gz",
  );
});

const issues = (given: Record<string, unknown>): string[] =>
  s3Archive.options
    .safeParse({ bucket: "archive", ...given })
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test.each([
  [{ key: "{dataset}.gz" }, "key: expected {id} in it: without it objects overwrite each other"],
  [{ key: "/{id}" }, "key: expected a key that doesn't start with /"],
  [{ kmsKeyId: "k" }, "kmsKeyId: expected with sse: aws:kms only"],
  [{ expectedBucketOwner: "me" }, "expectedBucketOwner: expected an account id of 12 digits"],
])("%j is refused", (given, issue) => {
  expect(issues(given)).toContain(issue);
});

test("an unknown placeholder is named beside those that there are", () => {
  expect(issues({ key: "{day}/{id}" })[0]).toMatch(/^key: expected only \{id\}, \{dataset\}/);
});
