import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CONTEXT, decode, eventbridge, kinesis, logs, outcome, record, s3, sqs } from "./events.testing.ts";

describe("broken or unknown: the unit fails, with a code and where", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "EVENT_UNRECOGNIZED: event: expected a known event, got null"],
    ["text", "hello", "EVENT_MALFORMED: event: expected JSON, got hello"],
    ["an unknown object", { a: 1 }, 'EVENT_UNRECOGNIZED: event: expected a known event, got {"a":1}'],
    ["an SQS body that is no JSON", sqs("not {json"), "EVENT_MALFORMED: sqs m0: sqs: expected JSON, got not {json"],
    [
      "an SQS body that is nothing",
      { Records: [{ messageId: "m0", eventSource: "aws:sqs" }] },
      "EVENT_UNRECOGNIZED: sqs m0: sqs: expected a known event, got nothing",
    ],
    [
      "no records inside",
      sqs({ Records: [] }),
      'EVENT_UNRECOGNIZED: sqs m0: sqs: expected a known event, got {"Records":[]}',
    ],
    [
      "an unknown S3 event",
      { Records: [record("k", { eventName: "ObjectCreatedAgain:Put" })] },
      "EVENT_UNRECOGNIZED: event: Records[0].eventName: expected ObjectCreated:*, got ObjectCreatedAgain:Put",
    ],
    [
      "a continuation that owes nobody anything",
      {
        sluice: "continuation",
        v: 1,
        hop: 1,
        firstSeen: 1,
        ref: { store: "s3", bucket: "b", key: "k" },
        resume: { etag: "e", owed: {} },
      },
      "EVENT_MALFORMED: event: resume.owed: expected at least one sink, got {}",
    ],
    ["no key", { Records: [record("")] }, "EVENT_MALFORMED: event: Records[0].s3.object.key: expected text, got "],
    [
      "a key encoded wrongly",
      s3("ok", "50%"),
      "EVENT_MALFORMED: event: Records[1].s3.object.key: expected a URL-encoded key, got 50%",
    ],
    [
      "an event of another EventBridge source without an id",
      eventbridge({ source: "aws.ec2" }),
      "EVENT_MALFORMED: event: id: expected text, got nothing",
    ],
    [
      "an unknown message type",
      logs({ messageType: "NEW" }),
      "EVENT_MALFORMED: event: messageType: expected DATA_MESSAGE or CONTROL_MESSAGE, got NEW",
    ],
    [
      "a log event without a message",
      logs({ logEvents: [{ id: "1", timestamp: 1 }] }),
      "EVENT_MALFORMED: event: logEvents[0].message: expected text, got nothing",
    ],
    [
      "a log event's time as text",
      logs({ logEvents: [{ id: "1", timestamp: "1", message: "" }] }),
      "EVENT_MALFORMED: event: logEvents[0].timestamp: expected a number, got 1",
    ],
    [
      "awslogs of no base64",
      { awslogs: { data: "%%%" } },
      "EVENT_MALFORMED: event: awslogs.data: expected log events, got ",
    ],
    [
      "awslogs cut off",
      { awslogs: { data: gzipSync("x".repeat(500)).toString("base64").slice(0, 20) } },
      "EVENT_MALFORMED: event: awslogs.data: expected gzip data, got damaged data (Z_BUF_ERROR)",
    ],
  ])("%s", (_, event, error) => {
    expect(outcome(event)).toBe(error);
  });

  test("a value nested too deeply to be shown", () => {
    expect(outcome(sqs(`${"[".repeat(100_000)}${"]".repeat(100_000)}`))).toMatch(
      /^EVENT_UNRECOGNIZED: sqs m0: sqs: expected a known event, got /,
    );
  });

  test("one message's fault is no other's", () => {
    const units = decode(sqs(s3("a"), "{", s3("b%"), s3("c")));
    expect(units.map(({ id, items, error }) => [id, items.length, error?.code])).toEqual([
      ["m0", 1, undefined],
      ["m1", 0, "EVENT_MALFORMED"],
      ["m2", 0, "EVENT_MALFORMED"],
      ["m3", 1, undefined],
    ]);
  });

  test("messages that can't be told apart fail as one", () => {
    const broken = sqs(s3("a")) as { Records: object[] };
    expect(decode({ Records: [...broken.Records, { eventSource: "aws:sqs", body: "{" }] })).toMatchObject([
      { id: "", kind: "invocation", error: { code: "EVENT_MALFORMED" } },
    ]);
  });
});

describe("payloads that expand beyond the limit", () => {
  const bomb = gzipSync(Buffer.alloc(20_000, "[")).toString("base64");

  test.each([
    ["awslogs", { awslogs: { data: bomb } }, "awslogs.data"],
    ["Kinesis", { Records: [kinesis(bomb)] }, "kinesis.data"],
  ])("%s", (_, event, where) => {
    expect(outcome(event)).toMatch(
      new RegExp(`EXPANSION_LIMIT: .*${where}: expands beyond maxInlineBytes \\(10000 bytes\\)`),
    );
    expect(String(outcome(event, { ...CONTEXT, maxInlineBytes: 20_000 }))).not.toMatch(/EXPANSION_LIMIT/);
  });
});

describe("Kinesis records", () => {
  const stream = (over: object): unknown => {
    const [unit] = decode({ Records: [kinesis(Buffer.from("line").toString("base64"), over)] });
    return unit?.items[0]?.kind === "bytes" && unit.items[0].stream;
  };

  test("arrive when the stream says, in milliseconds; else when the event came", () => {
    const inner = (approximateArrivalTimestamp: unknown): object => ({
      kinesis: { data: "", sequenceNumber: "1", approximateArrivalTimestamp },
    });
    for (const [seconds, ms] of [
      [1793696722.05, 1793696722050],
      [1793696722.057, 1793696722057],
      [undefined, 77],
      ["1", 77],
      [1e300, 77],
    ])
      expect(stream(inner(seconds))).toMatchObject({ arrival: ms });
  });

  test("have the account of their stream; else the receiver's", () => {
    expect(stream({ eventSourceARN: "arn:aws:kinesis:eu-west-1:42:stream/s" })).toMatchObject({
      account: "42",
      shard: "shard-1",
    });
    expect(stream({})).toMatchObject({ account: "1", region: "eu-west-1" });
  });

  test("of JSON that only looks like CloudWatch's are a program's own", () => {
    const own = Buffer.from('{"messageType":"order","logEvents":"none"}').toString("base64");
    expect(outcome({ Records: [kinesis(own)] })).toEqual(["kinesis"]);
  });
});
