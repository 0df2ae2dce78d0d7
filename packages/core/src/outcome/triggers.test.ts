import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetterStore } from "../ports/dead-letters.ts";
import type { Reingest } from "../ports/reingest.ts";
import type { SendResult } from "../ports/sink.ts";
import { REASON, scriptedSink } from "../sink/scripted-sink.testing.ts";
import { answerUnbegun } from "./answer.ts";

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");

interface Setting {
  readonly config?: object;
  /** What the sink says of a record, by its line. */
  readonly answer?: (line: string) => "delivered" | "fail" | "reject";
  readonly objects?: Readonly<Record<string, string>>;
  readonly reingest?: Reingest;
  readonly deadLetters?: DeadLetterStore;
}

async function handled(
  event: unknown,
  { config = {}, answer = () => "delivered", objects = {}, reingest, deadLetters }: Setting = {},
) {
  const sink = scriptedSink((batch): SendResult => {
    const lines = Buffer.from(batch.bytes).toString().trim().split("\n");
    const outcomes = lines.map((line) => {
      const kind = answer(JSON.parse(line).message);
      return kind === "delivered" ? ({ kind } as const) : ({ kind, reason: REASON } as const);
    });
    return { kind: "each", outcomes };
  });
  const retry = { attempts: 1, minDelayMs: 1, maxDelayMs: 1 };
  const pipeline = createPipeline(parseConfig({ sinks: { one: { type: "one", retry } }, ...config }), {
    sinks: async () => sink.definition,
    ...(reingest && { reingest }),
    ...(deadLetters && { deadLetters }),
    reader: {
      read: async ({ key }) => {
        const text = objects[key];
        if (text === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
        const body = (async function* () {
          yield Buffer.from(text);
        })();
        return { etag: "e", size: text.length, lastModified: 1_700_000_000_000, body };
      },
    },
  });
  const outcome = await pipeline.handle(event, { region: "eu-west-1" });
  return { outcome, response: outcome.response as { records: Answer[] }, counts: outcome.counts, sink };
}

interface Answer {
  readonly recordId: string;
  readonly result: string;
  readonly data?: string;
}

const kafka = (partitions: Readonly<Record<string, readonly string[]>>): object => ({
  eventSource: "aws:kafka",
  records: Object.fromEntries(
    Object.entries(partitions).map(([name, lines]) => [
      name,
      lines.map((line, i) => ({ offset: 10 + i, timestamp: 1_700_000_000_000, value: base64(line) })),
    ]),
  ),
});

describe("Kafka", () => {
  const event = kafka({ "a-0": ["fine", "bad", "fine", "bad"], "a-1": ["fine"], "b-2": ["bad"] });
  const answer = (line: string) => (line === "bad" ? "fail" : "delivered");

  test("throws when something failed, as not every mapping takes an answer", async () => {
    const { outcome } = await handled(event, { answer });
    expect(outcome).toMatchObject({ response: undefined, error: { code: "SINK_UNAVAILABLE" } });
    expect((await handled(event)).outcome).toMatchObject({ response: undefined, error: undefined });
  });

  test("names the lowest failed offset of each partition where the config says that it may", async () => {
    const config = { triggers: { kafka: { reportBatchItemFailures: true } } };
    const failed = (partition: string, offset: number) => ({ itemIdentifier: { partition, offset } });
    const { outcome } = await handled(event, { answer, config });
    expect(outcome.response).toEqual({ batchItemFailures: [failed("a-0", 11), failed("b-2", 10)] });
    expect(outcome.error).toBeUndefined();
    expect((await handled(event, { config })).response).toEqual({ batchItemFailures: [] });
  });
});

describe("S3 Batch Operations", () => {
  const tasks = ["good", "gone", "blocked"].map((s3Key) => ({ taskId: `task ${s3Key}`, s3Key, s3Bucket: "b" }));
  const event = { invocationSchemaVersion: "2.0", invocationId: "i", job: { id: "j" }, tasks };

  test("each task has a result of its own", async () => {
    const { response } = await handled(event, {
      objects: { good: "fine\nfine\n", blocked: "bad\n" },
      answer: (line) => (line === "bad" ? "fail" : "delivered"),
    });
    expect(response).toEqual({
      invocationSchemaVersion: "2.0",
      invocationId: "i",
      treatMissingKeysAs: "TemporaryFailure",
      results: [
        { taskId: "task good", resultCode: "Succeeded", resultString: "2 records" },
        {
          taskId: "task gone",
          resultCode: "PermanentFailure",
          resultString: expect.stringMatching(/^OBJECT_MISSING: s3:\/\/b\/gone/),
        },
        {
          taskId: "task blocked",
          resultCode: "TemporaryFailure",
          resultString: expect.stringMatching(/^SINK_UNAVAILABLE: /),
        },
      ],
    });
  });
});

test("S3 Batch Operations: a task of which records are dead letters says so", async () => {
  const tasks = [
    { taskId: "t", s3Key: "k", s3Bucket: "b" },
    { taskId: "u", s3Key: "l", s3Bucket: "b" },
  ];
  const { response } = await handled(
    { invocationSchemaVersion: "2.0", invocationId: "i", tasks },
    {
      config: { deadLetter: { type: "file", path: "dead" } },
      objects: { k: "fine\nbad\nbad\n", l: "fine\n" },
      answer: (line) => (line === "bad" ? "reject" : "delivered"),
      deadLetters: { put: async () => {} },
    },
  );
  expect(response).toMatchObject({
    results: [
      { resultCode: "Succeeded", resultString: "3 records; 2 dead letters" },
      { resultCode: "Succeeded", resultString: "1 records" },
    ],
  });
});

describe("S3 Batch Operations, and nothing could be begun", () => {
  const event = {
    invocationSchemaVersion: "1.0",
    invocationId: "i",
    tasks: [{ taskId: "t", s3Key: "%" }, { taskId: "u" }],
  };
  const error = new SluiceError("SECRET_UNAVAILABLE", `first line\nsecond ${"x".repeat(5000)}`);

  test("all tasks come again: by throwing they would fail for good", () => {
    const answer = answerUnbegun(event, error) as { results: { resultString: string }[] };
    expect(answer).toMatchObject({
      invocationSchemaVersion: "1.0",
      invocationId: "i",
      results: ["t", "u"].map((taskId) => ({ taskId, resultCode: "TemporaryFailure" })),
    });
    const { resultString = "" } = answer.results[0] ?? {};
    expect(resultString).toMatch(/^SECRET_UNAVAILABLE: first line second x+…$/);
    expect(resultString).toHaveLength(1024);
  });

  test.each([undefined, "text", {}, { Records: [] }, { ...event, tasks: [{}] }])(
    "%j: nobody is to be answered",
    (other) => {
      expect(answerUnbegun(other, error)).toBeUndefined();
    },
  );
});

const ARN = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs";
const firehose = (data: readonly (string | Uint8Array)[], over: object = {}): object => ({
  invocationId: "i",
  deliveryStreamArn: ARN,
  region: "eu-west-1",
  records: data.map((each, i) => ({
    recordId: `r${i}`,
    approximateArrivalTimestamp: 1_700_000_000_000,
    data: base64(each),
  })),
  ...over,
});
const damaged = gzipSync("x".repeat(1000)).subarray(0, 15);
const logs = (messages: readonly string[]): Buffer =>
  gzipSync(
    JSON.stringify({
      messageType: "DATA_MESSAGE",
      owner: "1",
      logGroup: "g",
      logStream: "s",
      logEvents: messages.map((message, i) => ({ id: String(i), timestamp: 1_700_000_000_000, message })),
    }),
  );

describe("Firehose, to be transformed", () => {
  const results = (answers: readonly Answer[]) => answers.map(({ recordId, result }) => [recordId, result]);
  const messages = (answers: readonly Answer[]) =>
    answers.map(({ data }) =>
      data === undefined
        ? undefined
        : Buffer.from(data, "base64")
            .toString()
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line).message),
    );

  test("records come back as lines of JSON, and no sink has them", async () => {
    const control = gzipSync(
      JSON.stringify({ ...JSON.parse(gunzipSync(logs([])).toString()), messageType: "CONTROL_MESSAGE" }),
    );
    const { response, counts, sink } = await handled(firehose(["a\nb\n", logs(["c", "d"]), control, damaged, "e"]));
    expect(results(response.records)).toEqual([
      ["r0", "Ok"],
      ["r1", "Ok"],
      ["r2", "Dropped"],
      ["r3", "ProcessingFailed"],
      ["r4", "Ok"],
    ]);
    expect(messages(response.records)).toEqual([["a", "b"], ["c", "d"], undefined, undefined, ["e"]]);
    expect(
      JSON.parse(
        Buffer.from(response.records[0]?.data as string, "base64")
          .toString()
          .split("\n")[0] as string,
      ),
    ).toMatchObject({
      aws: { firehose: { arn: ARN, record_id: "r0" } },
      sluice: { id: expect.stringMatching(/-0-1$/) },
    });
    expect(sink.sent).toEqual([]);
    expect(counts).toMatchObject({ in: 5, routed: 5, delivered: { firehose: 5 }, units: { ok: 4, failed: 1 } });
  });

  test("what the config filters is dropped, what it changes is changed", async () => {
    const config = { process: [{ exclude: { field: "message", equals: "b" } }, { add: { "labels.x": "y" } }] };
    const { response } = await handled(firehose(["a\nb", "b"]), { config });
    expect(results(response.records)).toEqual([
      ["r0", "Ok"],
      ["r1", "Dropped"],
    ]);
    expect(Buffer.from(response.records[0]?.data as string, "base64").toString()).toContain('"labels":{"x":"y"}');
  });

  describe("more than an answer holds", () => {
    const line = "z".repeat(300);
    const config = { triggers: { firehose: { maxResponseBytes: 2500 } } };
    /** Takes what `takes` says, and remembers it. */
    function stream(takes: () => boolean = () => true) {
      const put: unknown[] = [];
      const texts: string[] = [];
      const reingest: Reingest = {
        put: async (to, data) => {
          put.push(to);
          texts.push(...data.map((each) => (each[0] === 0x1f ? gunzipSync(each) : Buffer.from(each)).toString()));
          return data.map(takes);
        },
      };
      return { reingest, put, texts };
    }

    test("is put back into the stream, as it was", async () => {
      const { reingest, put, texts } = stream();
      const { response, counts } = await handled(firehose([line, line, `${line}\n${line}`, line]), {
        config,
        reingest,
      });
      expect(results(response.records)).toEqual([
        ["r0", "Ok"],
        ["r1", "Ok"],
        ["r2", "Dropped"],
        ["r3", "Dropped"],
      ]);
      expect(texts).toEqual([`${line}\n${line}`, line]);
      expect(put[0]).toEqual({ deliveryStreamArn: ARN, sourceKinesisStreamArn: undefined });
      expect(counts).toMatchObject({
        in: 5,
        delivered: { firehose: 2 },
        continued: { firehose: 3 },
        units: { ok: 4, failed: 0 },
      });
    });

    test("in halves, when it would never fit", async () => {
      const { reingest, texts } = stream();
      const lines = Array.from({ length: 8 }, (_, i) => `${i}${line}`);
      const { response } = await handled(firehose([lines.join("\n"), logs(lines)]), { config, reingest });
      expect(results(response.records)).toEqual([
        ["r0", "Dropped"],
        ["r1", "Dropped"],
      ]);
      expect(texts.slice(0, 2).join("")).toBe(lines.join("\n"));
      const events = texts.slice(2).flatMap((text) => JSON.parse(text).logEvents);
      expect(events.map(({ message }) => message)).toEqual(lines);
      expect(texts).toHaveLength(4);
    });

    test.each<[string, Reingest | undefined, string]>([
      ["with nothing to put it back by", undefined, line.repeat(9)],
      ["when it isn't taken", stream(() => false).reingest, line.repeat(4)],
      ["when it can't be parted", stream().reingest, line.repeat(9)],
    ])("%s, it fails, and Firehose keeps it", async (_, reingest, text) => {
      const { response, outcome } = await handled(firehose(["a", line.repeat(3), text]), {
        config,
        ...(reingest && { reingest }),
      });
      expect(results(response.records).at(-1)).toEqual(["r2", "ProcessingFailed"]);
      expect(outcome.units.at(-1)?.error?.message).toContain("RESPONSE_TOO_LARGE");
      expect(outcome.error).toBeUndefined();
    });
  });
});

describe("Firehose, to be delivered", () => {
  const config = { triggers: { firehose: { mode: "deliver" } } };

  test("what the sinks have is dropped; what can't be decoded, Firehose keeps", async () => {
    const { response, counts } = await handled(firehose(["a\nb", damaged, logs(["c"])]), { config });
    expect(response).toEqual({
      records: [
        { recordId: "r0", result: "Dropped" },
        { recordId: "r1", result: "ProcessingFailed" },
        { recordId: "r2", result: "Dropped" },
      ],
    });
    expect(counts).toMatchObject({ in: 3, delivered: { one: 3 } });
  });

  test("a sink that fails makes all come again", async () => {
    const { outcome } = await handled(firehose(["a", "bad"]), {
      config,
      answer: (line) => (line === "bad" ? "fail" : "delivered"),
    });
    expect(outcome).toMatchObject({ response: undefined, error: { code: "SINK_UNAVAILABLE" } });
  });
});
