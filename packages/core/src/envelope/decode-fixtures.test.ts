import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeEvent } from "./decode.ts";
import { withPayloads } from "./events.testing.ts";
import type { OpenItem, ReceiverContext } from "./item.ts";
import { eventList } from "./log-events.testing.ts";

const FIXTURES = new URL("../../../../fixtures/", import.meta.url);
const parse = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FIXTURES), "utf8"));

interface Expected {
  readonly units: { readonly ok: number; readonly failed: number };
  readonly items: number;
  readonly ignored: number;
}

const EXPECTED = parse("expected.json") as Readonly<Record<string, Expected>>;
/** Units that decode, and fail later: when the object is read, or because of the unit before it. */
const LATER: Readonly<Record<string, number>> = {
  "sqs/fifo": 1,
  "sqs/truncated-object": 1,
  "sqs/packed": 1,
  "sqs/truncated-document": 1,
  "sqs/missing-object": 1,
};
const TRIGGERS: Readonly<Record<string, string>> = Object.fromEntries(
  ["sqs", "kinesis", "kafka", "firehose", "s3-batch"].map((name) => [name, name]),
);

const CONTEXT: ReceiverContext = {
  region: "eu-central-1",
  account: "999999999999",
  arrival: 1,
  maxInlineBytes: 1_000_000,
};
const decode = (name: string) => {
  const { trigger, units } = decodeEvent(parse(`events/${name}.json`), CONTEXT);
  return { trigger, units: units.map(withPayloads) };
};
const itemsOf = (name: string): readonly OpenItem[] => decode(name).units.flatMap(({ items }) => items);

test.each(Object.entries(EXPECTED))("%s", (name, expected) => {
  const { trigger, units } = decode(name);
  expect(trigger).toBe(TRIGGERS[name.split("/")[0] as string] ?? "async");
  const failed = units.filter(({ error }) => error !== undefined);
  expect({
    units: units.length,
    failed: failed.length,
    items: units.flatMap(({ items }) => items).length,
    ignored: units.flatMap(({ ignored }) => ignored).length,
  }).toEqual({
    units: expected.units.ok + expected.units.failed,
    failed: expected.units.failed - (LATER[name] ?? 0),
    items: expected.items,
    ignored: expected.ignored,
  });
  for (const { error } of failed) expect(["EVENT_MALFORMED", "EVENT_WITHOUT_RECORDS"]).toContain(error?.code);
});

const ELB_KEY =
  "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/03/123456789012_elasticloadbalancing_eu-west-1_app.shop.50dc6c495c0c9188_20261103T0905Z_203.0.113.21_4xkd93mz.log.gz";

describe("what the items say", () => {
  test.each([
    ["s3/object-created-put", ["s3"]],
    ["sqs/s3-notification", ["sqs", "s3"]],
    ["sqs/sns-wrapped", ["sqs", "sns", "s3"]],
  ])("%s: the object, by way of %j", (name, path) => {
    const [item] = itemsOf(name);
    expect(item).toMatchObject({
      kind: "object",
      path,
      ref: { store: "s3", bucket: "acme-elb-logs", key: ELB_KEY, region: "eu-west-1", size: 4355 },
    });
    expect(item).toMatchObject({
      ref: { etag: expect.stringMatching(/^[0-9a-f]{32}$/), versionId: expect.any(String) },
    });
  });

  test("sqs/several-records-in-one: in the order of the notification", () => {
    const keys = itemsOf("sqs/several-records-in-one").map(
      (item) => item.kind === "object" && item.ref.key.split("/").at(-1),
    );
    expect(keys).toEqual([ELB_KEY.split("/").at(-1), "orders.ndjson", "admin.log"]);
  });

  test("keys are decoded where S3 encodes them, and left alone where EventBridge doesn't", () => {
    expect(itemsOf("distributed-map/batch")[1]).toEqual(
      expect.objectContaining({
        ref: expect.objectContaining({ key: "text/grün tee+zucker 100% (neu).log", region: "eu-west-1" }),
      }),
    );
    for (const name of ["sqs/url-encoded-key", "eventbridge/unencoded-key"])
      expect(itemsOf(name)).toMatchObject([
        { ref: { bucket: "acme-app-logs", key: "text/grün tee+zucker 100% (neu).log" } },
      ]);
    expect(itemsOf("eventbridge/unencoded-key")).toMatchObject([
      { ref: { account: "123456789012", region: "eu-west-1" } },
    ]);
  });

  test.each(["cloudwatch/data-message", "sqs/cloudwatch-logs", "sns/cloudwatch-logs"])(
    "%s: a batch of log events, its region the receiver's",
    (name) => {
      expect(itemsOf(name)).toMatchObject([
        { kind: "logs", batch: { owner: "123456789012", region: "eu-central-1", group: "/aws/lambda/checkout" } },
      ]);
      const [item] = itemsOf(name);
      const events = item?.kind === "logs" ? eventList(item.events) : [];
      expect(events).toHaveLength(4);
      expect(events[2]?.message.split("\n")).toHaveLength(4);
      for (const { id, timestamp } of events)
        expect([typeof id, Number.isInteger(timestamp)]).toEqual(["string", true]);
    },
  );

  test("kinesis: batches and lines of one's own, their region the stream's", () => {
    expect(itemsOf("kinesis/cloudwatch-gzip").map((item) => item.kind === "logs" && item.batch.region)).toEqual([
      "eu-west-1",
      "eu-west-1",
    ]);
    expect(itemsOf("kinesis/plain-json-lines")[0]).toMatchObject({
      kind: "bytes",
      stream: {
        arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/logs",
        shard: "shardId-000000000006",
        region: "eu-west-1",
        account: "123456789012",
      },
    });
  });

  test("sqs: message ids, receive counts, and the groups of a FIFO queue", () => {
    const { units } = decode("sqs/mixed-batch");
    expect(units.map(({ receiveCount }) => receiveCount)).toEqual([1, 1, 1, 1, 1, 1, 3]);
    expect(
      units.every(({ group, id, kind }) => group === undefined && /^[0-9a-f-]{36}$/.test(id) && kind === "sqs"),
    ).toBe(true);
    expect(decode("sqs/fifo").units.map(({ group }) => group)).toEqual(["orders", "orders", "orders", "shop"]);
  });

  test("sqs: what a message can be postponed by, where the event tells", () => {
    const [receipt] = decode("sqs/fifo").units.map((unit) => unit.receipt);
    expect(receipt).toEqual({
      queueArn: "arn:aws:sqs:eu-west-1:123456789012:logs.fifo",
      receiptHandle: expect.stringMatching(/^AQEBfAoSWPLN/),
    });
    const message = { messageId: "m", eventSource: "aws:sqs", body: "{}" };
    const parts = [{}, { receiptHandle: "r" }, { eventSourceARN: "arn" }, { eventSourceARN: "arn", receiptHandle: 1 }];
    const Records = parts.map((part) => ({ ...message, ...part }));
    expect(decodeEvent({ Records }, CONTEXT).units.map((unit) => unit.receipt)).toEqual(parts.map(() => undefined));
  });
});
