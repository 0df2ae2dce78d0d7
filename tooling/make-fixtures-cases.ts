import { Buffer } from "node:buffer";
import { streamCases } from "./make-fixtures-cases-streams.ts";
import {
  cloudWatchControl,
  cloudWatchData,
  cloudWatchEvent,
  eventBridgeEvent,
  gzip,
  type Json,
  kinesisEvent,
  kinesisRecord,
  type SqsMessage,
  s3Event,
  s3Record,
  s3TestEvent,
  snsBody,
  snsEvent,
  sqsEvent,
  sqsMessage,
} from "./make-fixtures-events.ts";
import { type FixtureObject, jsonLine, objects } from "./make-fixtures-objects.ts";

/** What is to come of an event, with one sink that takes everything. */
export interface Expected {
  readonly units: { readonly ok: number; readonly failed: number };
  /** Objects, log batches and stream records in it. */
  readonly items: number;
  /** Known to carry no records. */
  readonly ignored: number;
  /** Records; null where an object ends in the middle of its compressed data. */
  readonly in: number | null;
  readonly skipped: number;
  readonly unparsed: number;
  /** What the trigger is answered; missing where there is nothing to say. */
  readonly response?: Json;
}

export interface EventCase {
  /** Below `events`, without ".json". */
  readonly name: string;
  readonly about: string;
  readonly event: Json;
  readonly expected: Expected;
}

type Failing = Pick<Expected, "units"> & { readonly failures?: readonly string[] };

/** Counts what the objects hold; `more` records come from elsewhere (inline). */
function expected(
  read: readonly FixtureObject[],
  { units, failures }: Failing,
  more: { readonly items?: number; readonly ignored?: number; readonly in?: number } = {},
): Expected {
  const sum = (of: (each: FixtureObject) => number): number => read.reduce((total, each) => total + of(each), 0);
  const response = { batchItemFailures: (failures ?? []).map((itemIdentifier) => ({ itemIdentifier })) };
  return {
    units,
    items: read.length + (more.items ?? 0),
    ignored: more.ignored ?? 0,
    in: read.some(({ records }) => records === null) ? null : sum((each) => each.records ?? 0) + (more.in ?? 0),
    skipped: sum((each) => each.skipped),
    unparsed: sum((each) => each.unparsed),
    ...(failures === undefined ? {} : { response }),
  };
}

const ONE = { units: { ok: 1, failed: 0 } } as const;
const fine = (ok: number): Failing => ({ units: { ok, failed: 0 }, failures: [] });

const { alb, albKinds, albPlain, albWithOtherLines, orders, empty, untidy, separators } = objects;
const { multiMember, truncated, oddKey } = objects;
const { cloudTrail, cloudTrailDigest, cloudTrailPretty, cloudTrailCut, vpcFlow, vpcFlowCustom } = objects;

const { bzip2, snappy, zstd, zlib, gzipTwice, zip, zipCut } = objects;
const { vpcFlowParquet, vpcFlowCustomParquet, securityLake } = objects;

const put = (...all: readonly FixtureObject[]): Json => s3Event(...all.map((each) => s3Record(each)));
const SUBJECT = "Amazon S3 Notification";

const LAMBDA_LINES = [
  "START RequestId: 6bc28136-xmpl-4365-b021-0ce6b2e64ab0 Version: $LATEST\n",
  '{"timestamp":"2026-11-03T09:05:00.250Z","level":"INFO","message":"order accepted","requestId":"6bc28136"}',
  "Traceback:\n  one event,\n  several lines: still one record\n",
  "END RequestId: 6bc28136-xmpl-4365-b021-0ce6b2e64ab0\n",
];
const lambdaLogs = (n: number): Json =>
  cloudWatchData("/aws/lambda/checkout", `2026/11/03/[$LATEST]4459c970fa6d4c77aca62c95850fce5${n}`, LAMBDA_LINES);
const compressed = (data: Json): Buffer => gzip(JSON.stringify(data));

/** A notification without the object's key. */
const malformed: Json = s3Event({
  ...(s3Record(orders) as object),
  s3: { bucket: { name: orders.bucket }, object: {} },
});

function sqsCases(): EventCase[] {
  const one = (name: string, body: Json): Json => sqsEvent(sqsMessage(name, body, { receiveCount: 1 }));
  const batch = [
    sqsMessage("mixed/file", put(alb)),
    sqsMessage("mixed/test", s3TestEvent(alb.bucket)),
    sqsMessage("mixed/sns", snsBody(put(albKinds), SUBJECT)),
    sqsMessage("mixed/eventbridge", eventBridgeEvent(albPlain)),
    sqsMessage("mixed/cloudwatch", cloudWatchEvent(lambdaLogs(1))),
    sqsMessage("mixed/removed", s3Event(s3Record(orders, "ObjectRemoved:Delete"))),
    sqsMessage("mixed/again", put(orders), { receiveCount: 3, messageAttributes: { traceparent: "00-0af7-b7ad-01" } }),
  ];
  const ten = [alb, orders, albPlain, undefined, untidy, oddKey, multiMember, separators, empty, albKinds];
  const tenMessages = ten.map((each, i) =>
    sqsMessage(`malformed/${i}`, each === undefined ? malformed : put(each)),
  ) as readonly SqsMessage[];
  const cutOff = sqsMessage("not json/cut", JSON.stringify(put(alb)).slice(0, 400));
  const words = sqsMessage("not json/words", "hello, is this thing on?");
  const fifo = [
    sqsMessage("fifo/a1", put(orders), { group: "orders" }),
    sqsMessage("fifo/a2", "cut {", { group: "orders" }),
    sqsMessage("fifo/a3", put(empty), { group: "orders" }),
    sqsMessage("fifo/b1", put(oddKey), { group: "shop" }),
  ];
  const damaged = sqsMessage("damaged/cut", put(truncated));
  const audit = [cloudTrail, cloudTrailDigest, cloudTrailPretty, vpcFlow, vpcFlowCustom];
  const packed = [bzip2, snappy, zstd, zlib, gzipTwice, zip];
  const cutArchive = sqsMessage("packed/cut", put(zipCut));
  const tables = [vpcFlowParquet, vpcFlowCustomParquet, securityLake];
  const cutTrail = sqsMessage("audit/cut", put(cloudTrailCut));
  const gone = sqsMessage("missing/gone", put({ ...orders, key: "orders/2026/11/03/gone.ndjson" }));
  return [
    {
      name: "sqs/s3-notification",
      about: "a gzip ALB file; its bucket keeps versions",
      event: one("s3-notification", put(alb)),
      expected: expected([alb], fine(1)),
    },
    {
      name: "sqs/sns-wrapped",
      about: "the same notification through SNS",
      event: one("sns-wrapped", snsBody(put(alb), SUBJECT)),
      expected: expected([alb], fine(1)),
    },
    {
      name: "sqs/s3-test-event",
      about: "what S3 sends when a notification is set up",
      event: one("s3-test-event", s3TestEvent(alb.bucket)),
      expected: expected([], fine(1), { ignored: 1 }),
    },
    {
      name: "sqs/object-removed",
      about: "a deletion and a delete marker",
      event: one(
        "object-removed",
        s3Event(s3Record(orders, "ObjectRemoved:Delete"), s3Record(alb, "ObjectRemoved:DeleteMarkerCreated")),
      ),
      expected: expected([], fine(1), { ignored: 2 }),
    },
    {
      name: "sqs/eventbridge",
      about: "an EventBridge rule with a queue as its target",
      event: one("eventbridge", eventBridgeEvent(albKinds)),
      expected: expected([albKinds], fine(1)),
    },
    {
      name: "sqs/cloudwatch-logs",
      about: "a subscription's payload, put on a queue as it was",
      event: one("cloudwatch-logs", cloudWatchEvent(lambdaLogs(0))),
      expected: expected([], fine(1), { items: 1, in: LAMBDA_LINES.length }),
    },
    {
      name: "sqs/mixed-batch",
      about: "seven shapes in one batch",
      event: sqsEvent(...batch),
      expected: expected([alb, albKinds, albPlain, orders], fine(7), {
        items: 1,
        ignored: 2,
        in: LAMBDA_LINES.length,
      }),
    },
    {
      name: "sqs/malformed-body",
      about: "ten messages; the fourth names no object and fails alone",
      event: sqsEvent(...tenMessages),
      expected: expected(
        ten.filter((each) => each !== undefined),
        { units: { ok: 9, failed: 1 }, failures: [tenMessages[3]?.id as string] },
      ),
    },
    {
      name: "sqs/not-json",
      about: "a body cut off, one of plain words, one good",
      event: sqsEvent(cutOff, words, sqsMessage("not json/good", put(orders))),
      expected: expected([orders], { units: { ok: 1, failed: 2 }, failures: [cutOff.id, words.id] }),
    },
    {
      name: "sqs/several-records-in-one",
      about: "one notification of three objects and a deletion",
      event: one(
        "several",
        s3Event(s3Record(alb), s3Record(orders), s3Record(empty, "ObjectRemoved:Delete"), s3Record(albPlain)),
      ),
      expected: expected([alb, orders, albPlain], fine(1), { ignored: 1 }),
    },
    {
      name: "sqs/url-encoded-key",
      about: "a key with spaces, +, %, ü and parentheses",
      event: one("url-encoded-key", put(oddKey)),
      expected: expected([oddKey], fine(1)),
    },
    {
      name: "sqs/fifo",
      about: "two groups; what comes after a group's failure isn't acknowledged",
      event: sqsEvent(...fifo),
      expected: expected([orders, empty, oddKey], {
        units: { ok: 2, failed: 2 },
        failures: [fifo[1]?.id as string, fifo[2]?.id as string],
      }),
    },
    {
      name: "sqs/odd-content",
      about: "empty, blank lines and CRLF, U+2028 and U+0085, several gzip members, lines that are no ALB entries",
      event: one("odd-content", put(empty, untidy, separators, multiMember, albWithOtherLines)),
      expected: expected([empty, untidy, separators, multiMember, albWithOtherLines], fine(1)),
    },
    {
      name: "sqs/truncated-object",
      about: "a gzip file cut off fails; the message beside it doesn't",
      event: sqsEvent(damaged, sqsMessage("damaged/good", put(orders))),
      expected: expected([truncated, orders], { units: { ok: 1, failed: 1 }, failures: [damaged.id] }),
    },
    {
      name: "sqs/audit-logs",
      about: "CloudTrail: a file, a digest without records, a pretty-printed one; VPC flow: default and own format",
      event: sqsEvent(...audit.map((each, i) => sqsMessage(`audit/${i}`, put(each)))),
      expected: expected(audit, fine(audit.length)),
    },
    {
      name: "sqs/packed",
      about:
        "bzip2, snappy, zstd, zlib, gzip in gzip, an archive; and one cut off, which fails: told by what is in them",
      event: sqsEvent(...packed.map((each, i) => sqsMessage(`packed/${i}`, put(each))), cutArchive),
      expected: expected([...packed, zipCut], { units: { ok: packed.length, failed: 1 }, failures: [cutArchive.id] }),
    },
    {
      name: "sqs/parquet",
      about: "VPC flow logs in Parquet, which come out as those in text do; a file of Security Lake",
      event: sqsEvent(...tables.map((each, i) => sqsMessage(`parquet/${i}`, put(each)))),
      expected: expected(tables, fine(tables.length)),
    },
    {
      name: "sqs/truncated-document",
      about: "a CloudTrail file whose JSON is cut off: the events before are delivered, its message fails",
      event: sqsEvent(cutTrail, sqsMessage("audit/good", put(cloudTrail))),
      expected: expected([cloudTrailCut, cloudTrail], { units: { ok: 1, failed: 1 }, failures: [cutTrail.id] }),
    },
    {
      name: "sqs/missing-object",
      about: "an object that isn't there fails; the message beside it doesn't",
      event: sqsEvent(gone, sqsMessage("missing/good", put(orders))),
      expected: expected([orders], { units: { ok: 1, failed: 1 }, failures: [gone.id] }, { items: 1 }),
    },
  ];
}

function asyncCases(): EventCase[] {
  return [
    {
      name: "sns/s3-notification",
      about: "a notification through SNS, straight to the function",
      event: snsEvent(put(albPlain), SUBJECT),
      expected: expected([albPlain], ONE),
    },
    {
      name: "sns/s3-test-event",
      about: "what S3 sends a topic when a notification is set up",
      event: snsEvent(s3TestEvent(alb.bucket), SUBJECT),
      expected: expected([], ONE, { ignored: 1 }),
    },
    {
      name: "sns/cloudwatch-logs",
      about: "a subscription's payload in an SNS message",
      event: snsEvent(cloudWatchEvent(lambdaLogs(2))),
      expected: expected([], ONE, { items: 1, in: LAMBDA_LINES.length }),
    },
    {
      name: "s3/object-created-put",
      about: "straight from the bucket",
      event: put(alb),
      expected: expected([alb], ONE),
    },
    {
      name: "s3/cloudtrail",
      about: "a CloudTrail file: management, data, Insights and service events, logins, errors",
      event: put(cloudTrail),
      expected: expected([cloudTrail], ONE),
    },
    {
      name: "s3/multipart",
      about: "an object uploaded in parts: another kind of etag; several gzip members",
      event: s3Event(s3Record(multiMember, "ObjectCreated:CompleteMultipartUpload")),
      expected: expected([multiMember], ONE),
    },
    {
      name: "s3/copy",
      about: "an object copied within S3",
      event: s3Event(s3Record(orders, "ObjectCreated:Copy")),
      expected: expected([orders], ONE),
    },
    {
      name: "s3/test-event",
      about: "what S3 sends when a notification is set up",
      event: s3TestEvent(alb.bucket),
      expected: expected([], ONE, { ignored: 1 }),
    },
    {
      name: "s3/removed",
      about: "a deletion",
      event: s3Event(s3Record(orders, "ObjectRemoved:Delete")),
      expected: expected([], ONE, { ignored: 1 }),
    },
    {
      name: "eventbridge/object-created",
      about: "Object Created",
      event: eventBridgeEvent(albKinds),
      expected: expected([albKinds], ONE),
    },
    {
      name: "eventbridge/unencoded-key",
      about: "the key stands as it is, + and % included",
      event: eventBridgeEvent(oddKey),
      expected: expected([oddKey], ONE),
    },
    {
      name: "cloudwatch/data-message",
      about: "four log events, one of several lines",
      event: cloudWatchEvent(lambdaLogs(3)),
      expected: expected([], ONE, { items: 1, in: LAMBDA_LINES.length }),
    },
    {
      name: "cloudwatch/control-message",
      about: "CloudWatch Logs looks whether anyone is there",
      event: cloudWatchEvent(cloudWatchControl()),
      expected: expected([], ONE, { ignored: 1 }),
    },
  ];
}

function kinesisCases(): EventCase[] {
  const json = (from: number, count: number): Buffer =>
    Buffer.from(Array.from({ length: count }, (_, i) => jsonLine(from + i)).join("\n"));
  const whole = compressed(lambdaLogs(4));
  const cut = kinesisRecord(13, whole.subarray(0, whole.length - 60));
  return [
    {
      name: "kinesis/cloudwatch-gzip",
      about: "a subscription on a stream, two batches",
      event: kinesisEvent(kinesisRecord(1, whole), kinesisRecord(2, compressed(lambdaLogs(5)))),
      expected: expected([], fine(2), { items: 2, in: 2 * LAMBDA_LINES.length }),
    },
    {
      name: "kinesis/plain-json-lines",
      about: "an application's own JSON: one line, two lines, three with a line end",
      event: kinesisEvent(
        kinesisRecord(3, json(0, 1)),
        kinesisRecord(4, json(1, 2)),
        kinesisRecord(5, Buffer.concat([json(3, 3), Buffer.from("\n")])),
      ),
      expected: expected([], fine(3), { items: 3, in: 6 }),
    },
    {
      name: "kinesis/control-message",
      about: "CloudWatch Logs looks whether anyone is there",
      event: kinesisEvent(kinesisRecord(6, compressed(cloudWatchControl()))),
      expected: expected([], fine(1), { ignored: 1 }),
    },
    {
      name: "kinesis/mixed",
      about: "a batch, a control message, JSON lines, and last a gzip payload cut off, where the stream stops",
      event: kinesisEvent(
        kinesisRecord(10, compressed(lambdaLogs(6))),
        kinesisRecord(11, compressed(cloudWatchControl())),
        kinesisRecord(12, json(20, 2)),
        cut,
      ),
      expected: expected(
        [],
        { units: { ok: 3, failed: 1 }, failures: [cut.sequence] },
        { items: 2, ignored: 1, in: LAMBDA_LINES.length + 2 },
      ),
    },
  ];
}

export const cases: readonly EventCase[] = [...sqsCases(), ...asyncCases(), ...kinesisCases(), ...streamCases()];
