import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logEventKey, streamSeed } from "./log-event-key.ts";
import { directOrigin, logBatchOrigin, objectOrigin, type StreamRecord, sourceKey, streamOrigin } from "./origin.ts";

const OBJECT = {
  store: "s3",
  bucket: "acme-logs",
  key: "app/grün tee.log",
  region: "eu-west-1",
  account: "123456789012",
} as const;
const BATCH = {
  owner: "123456789012",
  region: "eu-west-1",
  group: "/aws/lambda/checkout",
  stream: "2026/11/03/[$LATEST]4459c970",
};
const STREAM: StreamRecord = {
  service: "kinesis",
  arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/logs",
  shard: "shardId-000000000003",
  sequence: "49590338671257490557269200000000000000000000094730004811",
  region: "eu-west-1",
  account: "123456789012",
  arrival: 5,
};

/** Ids are in people's indices: other values here mean that every redelivery, replay and backfill doubles. Then raise ID_SCHEMA. */
describe("ids are the same for ever", () => {
  test.each([
    ["object", objectOrigin(OBJECT, "9b2cf535f27731c974343645a3985328", 1, 2).id, "1e44a611aab31c54d5c2321c4966a166a"],
    [
      "file",
      objectOrigin({ store: "file", bucket: ".", key: "app.log" }, "e", 1, 2).id,
      "1fdc94140aa703ae984cabcec856dfd31",
    ],
    [
      "log event",
      logEventKey(streamSeed(BATCH), "37199773595581154154810589279545129148442535997644275712"),
      "1cebbbf62ae47343c6dfe99eeef7b039d",
    ],
    [
      "log event, region unknown",
      logEventKey(streamSeed({ ...BATCH, region: undefined }), "1"),
      "145a88acb65e28e7af2e78ae06161ca4f",
    ],
    ["log batch", logBatchOrigin(BATCH, "1", "9", 9, 0).id, "15f6c918249d4f3a39b085c0c04433969"],
    ["stream record", streamOrigin(STREAM).id, "1703698afd1c7436051ded2a2dfe710d5"],
    ["program", directOrigin("checkout", 0).id, "1088b8933fdfe48fe6eefc37d5bd60eb4"],
  ])("%s", (_, id, golden) => {
    expect(id).toBe(golden);
  });

  test("schema, then 128 bits of SHA-256 over the parts, each behind its length in bytes", () => {
    const hash = createHash("sha256").update("4:ü-x-0:").digest("hex");
    expect(sourceKey("ü-x", undefined, "")).toBe(`1${hash.slice(0, 32)}`);
  });
});

describe("ids of different things differ", () => {
  test("parts don't run together", () => {
    const part = fc.option(fc.string({ unit: fc.constantFrom("a", "-", ":", "0", "1", "2"), maxLength: 4 }), {
      nil: undefined,
    });
    const parts = fc.array(part, { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(sourceKey(...one) === sourceKey(...other)).toBe(
          JSON.stringify(one.map((each) => each ?? null)) === JSON.stringify(other.map((each) => each ?? null)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("every part of a source key counts", () => {
    const ids = [
      objectOrigin(OBJECT, "e", 1, 2),
      objectOrigin({ ...OBJECT, bucket: "other" }, "e", 1, 2),
      objectOrigin({ ...OBJECT, key: "other" }, "e", 1, 2),
      objectOrigin(OBJECT, "other", 1, 2),
      streamOrigin(STREAM),
      streamOrigin({ ...STREAM, arn: "other" }),
      streamOrigin({ ...STREAM, shard: "other" }),
      streamOrigin({ ...STREAM, sequence: "other" }),
      streamOrigin({ ...STREAM, sub: 1 }),
      streamOrigin({ ...STREAM, sub: 2 }),
      streamOrigin({ ...STREAM, service: "kafka" }),
      streamOrigin({ ...STREAM, service: "firehose" }),
      ...["owner", "region", "group", "stream"].map((part) =>
        logBatchOrigin({ ...BATCH, [part]: "other" }, "1", "2", 2, 0),
      ),
      logBatchOrigin(BATCH, "0", "2", 2, 0),
      logBatchOrigin(BATCH, "1", "3", 2, 0),
      logBatchOrigin(BATCH, "1", "2", 3, 0),
      directOrigin("a", 0),
      directOrigin("b", 0),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = ["owner", "region", "group", "stream"].map((part) =>
      logEventKey(streamSeed({ ...BATCH, [part]: "other" }), "1"),
    );
    expect(new Set([...keys, logEventKey(streamSeed(BATCH), "1"), logEventKey(streamSeed(BATCH), "2")]).size).toBe(6);
  });

  test("what an attempt changes doesn't: times, and what an event knows besides", () => {
    expect(objectOrigin({ ...OBJECT, versionId: "v", size: 9, region: undefined }, "e", 3, 4).id).toBe(
      objectOrigin(OBJECT, "e", 1, 2).id,
    );
    expect(streamOrigin({ ...STREAM, arrival: 6 }).id).toBe(streamOrigin(STREAM).id);
    expect(logBatchOrigin(BATCH, "1", "2", 2, 9).id).toBe(logBatchOrigin(BATCH, "1", "2", 2, 0).id);
  });
});

describe("what records of it carry", () => {
  test("an S3 object", () => {
    expect(Object.fromEntries(objectOrigin(OBJECT, "e", 1, 2).constants)).toEqual({
      "aws.s3.bucket.arn": "arn:aws:s3:::acme-logs",
      "aws.s3.bucket.name": "acme-logs",
      "aws.s3.object.key": "app/grün tee.log",
      "cloud.account.id": "123456789012",
      "cloud.provider": "aws",
      "cloud.region": "eu-west-1",
      "log.file.path": "https://acme-logs.s3.eu-west-1.amazonaws.com/app/grün tee.log",
    });
  });

  test("records that come by other ways than Kinesis", () => {
    const place = { "cloud.account.id": "123456789012", "cloud.provider": "aws", "cloud.region": "eu-west-1" };
    const constants = (over: Partial<StreamRecord>) =>
      Object.fromEntries(streamOrigin({ ...STREAM, ...over }).constants);
    expect(constants({ service: "kafka", arn: "cluster", shard: "shop-orders-12", sequence: "345" })).toEqual({
      ...place,
      "kafka.cluster": "cluster",
      "kafka.offset": "345",
      "kafka.partition": "12",
      "kafka.topic": "shop-orders",
    });
    expect(constants({ service: "firehose", arn: "delivery", shard: "", sequence: "495" })).toEqual({
      ...place,
      "aws.firehose.arn": "delivery",
      "aws.firehose.record_id": "495",
    });
    expect(constants({ service: "eventbridge", arn: "aws.guardduty", shard: "", sequence: "id" })).toEqual({
      ...place,
      "aws.eventbridge.event_id": "id",
      "aws.eventbridge.source": "aws.guardduty",
    });
    expect(constants({ sub: 3 })).toMatchObject({ "aws.kinesis.subsequence_number": "3" });
  });

  test("what isn't known is left out", () => {
    const { constants } = objectOrigin({ store: "s3", bucket: "b", key: "k" }, "e", 1, 2);
    expect([...constants.keys()].filter((name) => name.startsWith("cloud."))).toEqual(["cloud.provider"]);
    expect(constants.get("log.file.path")).toBe("s3://b/k");
    expect(logBatchOrigin({ ...BATCH, region: undefined }, "1", "1", 1, 0).constants.has("cloud.region")).toBe(false);
    expect(streamOrigin({ ...STREAM, account: "" }).constants.has("cloud.account.id")).toBe(false);
  });

  test("a file has its path only", () => {
    const origin = objectOrigin({ store: "file", bucket: "root", key: "a/b.log", region: "eu-west-1" }, "e", 1, 2);
    expect(origin).toMatchObject({ service: "file", constants: new Map([["log.file.path", "a/b.log"]]) });
  });
});

test.each([
  ["the object's time", 1, { fallbackTime: 1, fallbackFrom: "object" }],
  ["without one, the arrival", undefined, { fallbackTime: 2, fallbackFrom: "arrival" }],
  ["with one that no date can say, the arrival", Number.NaN, { fallbackTime: 2, fallbackFrom: "arrival" }],
])("records without a time of their own get %s", (_, lastModified, expected) => {
  expect(objectOrigin(OBJECT, "e", lastModified, 2)).toMatchObject(expected);
});
