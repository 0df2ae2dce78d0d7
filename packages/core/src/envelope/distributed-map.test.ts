import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEvent } from "./decode.ts";
import type { ReceiverContext } from "./item.ts";

const CONTEXT: ReceiverContext = { region: "eu-west-1", arrival: 1_700_000_000_000, maxInlineBytes: 1 << 20 };

/** As a listing gives it: Step Functions, "ItemReader (Map)". */
const listed = (Key: string, own: object = {}): object => ({
  Etag: '"05704fbdccb224cb01c59005bebbad28"',
  Key,
  LastModified: 1668699881,
  Size: 1024,
  StorageClass: "STANDARD",
  ...own,
});

function decoded(event: unknown) {
  const { trigger, units } = decodeEvent(event, CONTEXT);
  expect(units).toHaveLength(1);
  return { trigger, items: units[0]?.items ?? [], error: units[0]?.error, unit: units[0] };
}

const ref = (key: string, own: object = {}): object => ({
  store: "s3",
  bucket: "b",
  key,
  etag: "05704fbdccb224cb01c59005bebbad28",
  versionId: undefined,
  size: 1024,
  region: "eu-west-1",
  ...own,
});

describe("a batch of a distributed map", () => {
  test("names objects as they were listed, of the bucket that the batch was given", () => {
    const key = "AWSLogs/a b+c 100%/ü.log";
    const { trigger, items } = decoded({ Items: [listed(key), listed("k2")], BatchInput: { Bucket: "b" } });
    expect(trigger).toBe("async");
    expect(items).toEqual([
      { kind: "object", path: ["distributed-map"], ref: ref(key), again: true },
      { kind: "object", path: ["distributed-map"], ref: ref("k2"), again: true },
    ]);
  });

  test("an item's own bucket, region and version come first", () => {
    const item = listed("k", { Bucket: "own", Region: "us-east-1", VersionId: "v1" });
    const { items } = decoded({ Items: [item], BatchInput: { Bucket: "b", Region: "eu-central-1" } });
    expect(items).toMatchObject([{ ref: { bucket: "own", region: "us-east-1", versionId: "v1" } }]);
    const { items: second } = decoded({ Items: [listed("k")], BatchInput: { Bucket: "b", Region: "eu-central-1" } });
    expect(second).toMatchObject([{ ref: { bucket: "b", region: "eu-central-1" } }]);
  });

  test("a key is enough of an item", () => {
    const { items } = decoded({ Items: [{ Key: "k" }], BatchInput: { Bucket: "b" } });
    expect(items).toMatchObject([{ ref: { bucket: "b", key: "k", etag: undefined, size: undefined } }]);
  });

  test("rows of an inventory: text throughout, keys URL-encoded where the batch says so", () => {
    const row = { Bucket: "b", Key: "a+b%2Bc/100%25.log", Size: "77", ETag: "e", VersionId: "" };
    const encoded = { Items: [row], BatchInput: { EncodingType: "url" } };
    const own = { etag: "e", size: 77, versionId: undefined };
    expect(decoded(encoded).items).toMatchObject([{ ref: ref("a b+c/100%.log", own) }]);
    expect(decoded({ Items: [row] }).items).toMatchObject([{ ref: ref("a+b%2Bc/100%25.log", own) }]);
    expect(decoded({ Items: [{ ...row, Key: "100%" }], BatchInput: { EncodingType: "url" } }).error).toMatchObject({
      code: "EVENT_MALFORMED",
      message: "event: Items[0].Key: expected a URL-encoded key, got 100%",
    });
  });

  test.each([
    ["no bucket anywhere", { Items: [listed("k")] }, "event: Items[0].Bucket: expected text, got nothing"],
    [
      "an item that is none",
      { Items: [listed("k"), { key: "k" }], BatchInput: { Bucket: "b" } },
      "event: Items[1].Key: expected text, got nothing",
    ],
    [
      "an item that is text",
      { Items: [listed("k"), "k"], BatchInput: { Bucket: "b" } },
      "event: Items[1]: expected an object, got k",
    ],
    [
      "a batch input that is none",
      { Items: [listed("k")], BatchInput: "b" },
      "event: BatchInput: expected an object, got b",
    ],
  ])("%s: it fails as a whole, and says where", (_, event, message) => {
    expect(decoded(event)).toMatchObject({ items: [], error: { code: "EVENT_MALFORMED", message } });
  });

  test.each([
    ["without items", { Items: [], BatchInput: { Bucket: "b" } }],
    ["of other things", { Items: [{ id: { S: "1" } }], Count: 1 }],
  ])("%s is none of ours, and doesn't pass for an empty one", (_, event) => {
    expect(decoded(event)).toMatchObject({ items: [], error: { code: "EVENT_UNRECOGNIZED" } });
  });
});

describe("an item by itself, without a batcher", () => {
  test("has its bucket from the ItemSelector", () => {
    expect(decoded(listed("k", { Bucket: "b" })).items).toEqual([
      { kind: "object", path: ["distributed-map"], ref: ref("k"), again: true },
    ]);
  });

  test("as it was listed it doesn't say where it lies", () => {
    expect(decoded(listed("k")).error).toMatchObject({
      code: "EVENT_MALFORMED",
      message: "event: Bucket: expected text, got nothing",
    });
  });
});

test("keys are taken as they are, whatever they hold", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (key) => {
      const { items } = decoded({ Items: [listed(key)], BatchInput: { Bucket: "b" } });
      expect(items).toMatchObject([{ ref: { key } }]);
      const encoded = { Items: [{ Key: encodeURIComponent(key), Bucket: "b" }], BatchInput: { EncodingType: "url" } };
      expect(decoded(encoded).items).toMatchObject([{ ref: { key } }]);
    }),
  );
});
