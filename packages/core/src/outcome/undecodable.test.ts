import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { aggregated } from "../envelope/kpl.testing.ts";
import { type ErrorCode, SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import type { Letter, UnitLetter } from "../ports/dead-letters.ts";
import { DELIVERED, type EncodedBatch, type SendResult, type Sink } from "../ports/sink.ts";
import { REASON, scriptedSink } from "../sink/scripted-sink.testing.ts";

const KINESIS = "arn:aws:kinesis:eu-west-1:123456789012:stream/logs";
const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:logs";

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");
const damaged = gzipSync("x".repeat(1000)).subarray(0, 15);
const whole = gzipSync(Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join(""), { level: 0 });

interface Setting {
  readonly config?: object;
  readonly sink?: Partial<Sink>;
  readonly send?: (batch: EncodedBatch) => SendResult;
  readonly objects?: Readonly<Record<string, Uint8Array | ErrorCode>>;
  /** Instead of a store that keeps everything; null for none. */
  readonly put?: ((key: string, letters: readonly Letter[]) => Promise<void>) | null;
}

async function handled(event: unknown, { config = {}, sink: own = {}, send, objects = {}, put }: Setting = {}) {
  const stored = new Map<string, readonly Letter[]>();
  const keep = async (key: string, letters: readonly Letter[]): Promise<void> => void stored.set(key, letters);
  const sink = scriptedSink(send, own);
  const retry = { attempts: 1, minDelayMs: 1, maxDelayMs: 1 };
  const parsed = parseConfig({ onUndecodable: "deadLetter", sinks: { one: { type: "one", retry } }, ...config });
  const pipeline = createPipeline(parsed, {
    sinks: async () => sink.definition,
    clock: { now: () => 1_700_000_000_000, sleep: async () => {} },
    ...(put !== null && { deadLetters: { put: put ?? keep } }),
    reader: {
      read: async ({ key }, { start, end }) => {
        const bytes = objects[key];
        if (bytes === undefined || typeof bytes === "string") throw new SluiceError(bytes ?? "OBJECT_MISSING", "no");
        const body = (async function* () {
          yield bytes.subarray(start, Math.min(end, bytes.length));
        })();
        return { etag: "read", size: bytes.length, lastModified: 1_700_000_000_000, body };
      },
    },
  });
  const first = await pipeline.handle(event, { region: "eu-west-1" });
  const again = async () => pipeline.handle(event, { region: "eu-west-1" });
  return { outcome: first, response: first.response, letters: [...stored.values()].flat(), stored, sink, again };
}

const kinesis = (data: readonly (string | Uint8Array)[]): object => ({
  Records: data.map((each, i) => ({
    eventSource: "aws:kinesis",
    eventID: `shardId-000000000000:${i}`,
    eventSourceARN: KINESIS,
    kinesis: { sequenceNumber: `${i}`, data: base64(each), approximateArrivalTimestamp: 1_700_000_000 },
  })),
});

const sqs = (bodies: readonly string[]): object => ({
  Records: bodies.map((body, i) => ({
    messageId: `m${i}`,
    eventSource: "aws:sqs",
    eventSourceARN: QUEUE,
    attributes: { ApproximateReceiveCount: "2" },
    body,
  })),
});

const notification = (...keys: readonly string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => {
      const s3 = { bucket: { name: "b" }, object: { key, size: 1, eTag: "event" } };
      return { eventSource: "aws:s3", eventName: "ObjectCreated:Put", awsRegion: "eu-west-1", s3 };
    }),
  });

const contentOf = (letter: Letter | undefined): string => Buffer.from(letter?.document ?? []).toString();

test.each([
  ["the first", [whole.subarray(0, 60), "two\n"], undefined, 0],
  ["the last", ["one\n", "two\n", whole.subarray(0, 60)], "2", 2],
])(
  "a record of the KPL whose user record can't be read, %s, is a letter that names that one",
  async (_, records, sub, read) => {
    const { response, letters } = await handled(kinesis([aggregated(...records)]));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(letters).toMatchObject([{ kind: "unit", reason: { code: "OBJECT_TRUNCATED" }, records: read }]);
    expect(letters[0]?.origin).toMatchObject({ "aws.kinesis.sequence_number": "0" });
    expect(letters[0]?.origin["aws.kinesis.subsequence_number"]).toBe(sub);
  },
);

describe("one record of Kinesis that can't be read", () => {
  const event = kinesis(["good\n", damaged, "good too\n"]);

  test("doesn't hold up its shard: it is kept as a letter, whole", async () => {
    const { outcome, response, letters, stored, sink, again } = await handled(event);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sink.delivered).toHaveLength(2);
    expect(outcome.counts).toMatchObject({ in: 2, units: { ok: 3, failed: 0, deadLettered: 1 } });
    expect(outcome.units.map(({ ok, deadLettered }) => [ok, deadLettered?.code])).toEqual([
      [true, undefined],
      [true, "EVENT_MALFORMED"],
      [true, undefined],
    ]);
    expect(letters).toEqual([
      {
        kind: "unit",
        id: expect.stringMatching(/^1[0-9a-f]{32}$/),
        sink: null,
        at: 1_700_000_000_000,
        reason: { code: "EVENT_MALFORMED", message: expect.stringContaining("kinesis 1: kinesis.data: expected gzip") },
        unit: {
          kind: "kinesis",
          id: "1",
          source: KINESIS,
          shard: "shardId-000000000000",
          region: "eu-west-1",
          receiveCount: 1,
        },
        origin: {},
        records: 0,
        document: Buffer.from(damaged),
        form: "base64",
      },
    ]);
    await again();
    expect([...stored.keys()]).toEqual([expect.stringMatching(/^undecodable\/[0-9a-f]{32}\.ndjson$/)]);
  });

  test.each<[string, Setting, RegExp]>([
    ["by default", { config: { onUndecodable: "retry" } }, /expected gzip data, got damaged data \([A-Z_]+\)$/],
    ["without a place for letters", { put: null }, /expected gzip data, got damaged data \([A-Z_]+\)$/],
    [
      "when the letter isn't durable",
      { put: async () => Promise.reject(new Error("disk full")) },
      /not kept as a dead letter: DEAD_LETTER_FAILED: Error: disk full$/,
    ],
  ])("%s fails, and the shard is read from there again", async (_, setting, words) => {
    const { outcome, response } = await handled(event, setting);
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(outcome.counts.units).toEqual({ ok: 2, failed: 1 });
    expect(outcome.units[1]?.error?.code).toBe("EVENT_MALFORMED");
    expect(outcome.units[1]?.error?.message).toMatch(words);
  });

  test("is not acknowledged before its letter is durable", async () => {
    const letter = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const put = async (): Promise<void> => {
      asked.resolve();
      await letter.promise;
    };
    let over = false;
    const answer = handled(event, { put }).finally(() => {
      over = true;
    });
    await asked.promise;
    await new Promise(setImmediate);
    expect(over).toBe(false);
    letter.resolve();
    expect((await answer).response).toEqual({ batchItemFailures: [] });
  });
});

test("a record of Kafka likewise", async () => {
  const records = { "logs-3": [damaged, "good"].map((value, i) => ({ offset: i, value: base64(value) })) };
  const { outcome, letters } = await handled({ eventSource: "aws:kafka", eventSourceArn: "arn:kafka", records });
  expect(outcome).toMatchObject({ error: undefined, counts: { in: 1, units: { ok: 2, deadLettered: 1 } } });
  expect(letters).toMatchObject([
    { unit: { kind: "kafka", id: "logs-3:0", source: "arn:kafka" }, document: Buffer.from(damaged), form: "base64" },
  ]);
});

test("a message of SQS that is no event is kept as the text that it was", async () => {
  const body = '{"Records":[{"eventSource":"aws:s3"';
  const { response, letters } = await handled(sqs([body]));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(letters).toMatchObject([
    { reason: { code: "EVENT_MALFORMED" }, unit: { kind: "sqs", id: "m0", source: QUEUE, receiveCount: 2 } },
  ]);
  expect(letters[0]).toMatchObject({ form: "text" });
  expect(contentOf(letters[0])).toBe(body);
});

test("an invocation that is no event is kept as JSON, and succeeds", async () => {
  const event = { what: "is this", n: [1, 2.5] };
  const { outcome, letters } = await handled(event);
  expect(outcome).toMatchObject({ error: undefined, counts: { units: { ok: 1, failed: 0, deadLettered: 1 } } });
  expect(letters[0]).toMatchObject({ form: "json", reason: { code: "EVENT_UNRECOGNIZED" } });
  expect(JSON.parse(contentOf(letters[0]))).toEqual(event);
});

describe("an object", () => {
  const event = sqs([notification("cut")]);
  const objects = { cut: whole.subarray(0, whole.length - 5000), fine: gzipSync("x\ny\n") };

  test("that breaks off is kept as a reference, and what came before has reached its sinks", async () => {
    const { outcome, response, letters, sink } = await handled(event, { objects });
    expect(response).toEqual({ batchItemFailures: [] });
    const [letter] = letters as UnitLetter[];
    expect(letter).toMatchObject({
      reason: { code: "OBJECT_TRUNCATED", message: expect.stringContaining("s3://b/cut: ") },
      origin: { "aws.s3.bucket.name": "b", "aws.s3.object.key": "cut" },
      form: "json",
    });
    expect(JSON.parse(contentOf(letter))).toMatchObject({ bucket: "b", key: "cut", etag: "read", region: "eu-west-1" });
    expect(letter?.records).toBeGreaterThan(1000);
    expect(sink.delivered).toHaveLength(letter?.records ?? 0);
    expect(outcome.counts.delivered.one).toBe(letter?.records);
  });

  test("is also as far as it goes in sinks that keep cells, as a piece of one", async () => {
    const { response, letters, sink } = await handled(event, {
      objects,
      sink: { limits: { cellBytes: 20_000, maxBatchBytes: 64 * 1024 * 1024, maxBatchRecords: 1_000_000 } },
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sink.delivered).toHaveLength((letters[0] as UnitLetter).records);
    const pieces = sink.sent.filter(({ cell }) => /\.\d+-\d+$/.test(cell ?? ""));
    expect(pieces).toEqual([sink.sent.at(-1)]);
  });

  test("that a sink owes records of is not settled by a letter", async () => {
    const send = (batch: EncodedBatch): SendResult => {
      const others = Array.from({ length: batch.count - 1 }, () => DELIVERED);
      return { kind: "each", outcomes: [{ kind: "fail", reason: REASON }, ...others] };
    };
    const { outcome, response, letters } = await handled(event, { objects, send });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(letters).toEqual([]);
    expect(outcome.units[0]?.error?.code).toBe("OBJECT_TRUNCATED");
  });

  test("in a message with others costs only itself", async () => {
    const { outcome, response, letters } = await handled(sqs([notification("fine", "cut", "fine")]), { objects });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(letters).toHaveLength(1);
    expect(outcome.counts).toMatchObject({ units: { ok: 1, failed: 0, deadLettered: 1 } });
  });

  test("that is gone is a letter with its name, or nothing, as the config says", async () => {
    const gone = sqs([notification("gone")]);
    const kept = await handled(gone, { objects, config: { onMissing: "deadLetter" } });
    expect(kept.response).toEqual({ batchItemFailures: [] });
    expect(kept.letters).toHaveLength(1);
    expect(JSON.stringify(kept.letters)).toContain("gone");
    const ignored = await handled(gone, { objects, config: { onMissing: "ignore" } });
    expect(ignored.response).toEqual({ batchItemFailures: [] });
    expect(ignored.letters).toEqual([]);
    expect(ignored.outcome.counts.superseded).toBe(1);
  });

  test("in a message with one that may be mended leaves the message to its queue", async () => {
    const { outcome, response } = await handled(sqs([notification("cut", "gone")]), { objects });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(outcome.units[0]?.error?.code).toBe("OBJECT_MISSING");
    expect(outcome.counts.units).toEqual({ ok: 0, failed: 1 });
  });

  test.each<ErrorCode>(["ACCESS_DENIED", "OBJECT_ARCHIVED", "OBJECT_CHANGED", "OBJECT_MISSING", "INTERNAL"])(
    "that fails with %s comes again: somebody may mend it",
    async (code) => {
      const { response, letters } = await handled(event, { objects: { cut: code } });
      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
      expect(letters).toEqual([]);
    },
  );

  test.each<ErrorCode>([
    "COMPRESSION_UNSUPPORTED",
    "EXPANSION_LIMIT",
    "FORMAT_MISMATCH",
    "FRAME_TOO_LARGE",
    "OBJECT_CORRUPT",
    "OBJECT_ENCRYPTED",
  ])("that fails with %s becomes a letter, its etag as the event has it when it was never read", async (code) => {
    const { response, letters } = await handled(event, { objects: { cut: code } });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(JSON.parse(contentOf(letters[0]))).toMatchObject({ key: "cut", etag: "event" });
    expect(letters[0]?.reason.code).toBe(code);
  });
});

test("in a FIFO group what is kept as a letter doesn't stop the group", async () => {
  const { Records } = sqs(["no event", notification("fine")]) as { Records: object[] };
  const fifo = Records.map((each) => ({
    ...each,
    eventSourceARN: `${QUEUE}.fifo`,
    attributes: { MessageGroupId: "g" },
  }));
  const { response, sink } = await handled({ Records: fifo }, { objects: { fine: gzipSync("x\n") } });
  expect(response).toEqual({ batchItemFailures: [] });
  expect(sink.delivered).toHaveLength(1);
});

test("Firehose and S3 Batch Operations say it in their answer, and keep it themselves", async () => {
  const deliveryStreamArn = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs";
  const records = [{ recordId: "r", approximateArrivalTimestamp: 1_700_000_000_000, data: base64(damaged) }];
  const firehose = await handled({ invocationId: "i", deliveryStreamArn, region: "eu-west-1", records });
  expect(firehose.response).toEqual({ records: [{ recordId: "r", result: "ProcessingFailed" }] });
  expect(firehose.letters).toEqual([]);
  const tasks = [{ taskId: "t", s3Key: "cut", s3Bucket: "b" }];
  const event = { invocationSchemaVersion: "2.0", invocationId: "i", job: { id: "j" }, tasks };
  const batch = await handled(event, { objects: { cut: "OBJECT_CORRUPT" } });
  expect(batch.response).toMatchObject({ results: [{ taskId: "t", resultCode: "PermanentFailure" }] });
  expect(batch.letters).toEqual([]);
});

test("many at once are written in several objects", async () => {
  const { letters, stored, response } = await handled(sqs(Array.from({ length: 2500 }, (_, i) => `no event ${i}`)));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(letters).toHaveLength(2500);
  expect(new Set(letters.map(({ id }) => id)).size).toBe(2500);
  expect([...stored.values()].map(({ length }) => length)).toEqual([1000, 1000, 500]);
});
