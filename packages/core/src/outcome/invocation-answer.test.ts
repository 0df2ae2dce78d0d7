import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { Chain, created, sqsEvent } from "../continue/chain.testing.ts";
import { createPipeline } from "../pipeline.ts";
import type { Letter } from "../ports/dead-letters.ts";
import { REASON, scriptedSink } from "../sink/scripted-sink.testing.ts";

// Of an asynchronous invocation nobody hears; a caller that waits (Step Functions, a program) has to be told what became of it.

const LINES = Buffer.from("a\nb\n\nc\n");
const event = (...keys: readonly string[]): object => ({ Records: keys.map((key) => created(key)) });

function chainOf(chain: Chain, objects: Readonly<Record<string, Uint8Array>>): Chain {
  for (const [key, bytes] of Object.entries(objects)) chain.objects.set(key, { bytes, etag: "e" });
  return chain;
}

const down = () => scriptedSink(() => ({ kind: "unavailable", reason: REASON }));

test("what every sink has is told with its counts", async () => {
  const chain = chainOf(new Chain({ sink: scriptedSink() }), { k: LINES });
  const { response } = await chain.invoke(event("k"));
  expect(response).toEqual({
    status: "delivered",
    items: 1,
    handedOver: 0,
    errors: {},
    in: 3,
    skipped: 1,
    added: 0,
    filtered: 0,
    superseded: 0,
    delivered: { sink: 3 },
    deadLettered: {},
    dropped: {},
    continued: {},
    copied: {},
  });
});

describe("what is on the continuation queue isn't told as delivered", () => {
  test("because a sink is down", async () => {
    const chain = chainOf(new Chain({ up: scriptedSink(), down: down() }), { k: LINES });
    const { response, error } = await chain.invoke(event("k", "k"));
    expect(error).toBeUndefined();
    expect(chain.queue).toHaveLength(2);
    expect(response).toMatchObject({
      status: "handedOver",
      items: 2,
      handedOver: 2,
      errors: { SINK_UNAVAILABLE: 2 },
      delivered: { up: 6 },
      continued: { down: 6 },
    });
  });

  test("because its object can't be read, of several", async () => {
    const chain = chainOf(new Chain({ sink: scriptedSink() }), { k: LINES });
    const { response } = await chain.invoke(event("k", "gone"));
    expect(response).toMatchObject({ status: "handedOver", items: 2, handedOver: 1, errors: { OBJECT_MISSING: 1 } });
  });

  test("because it can't be decoded", async () => {
    const chain = new Chain({ sink: scriptedSink() });
    const { response } = await chain.invoke({ what: "is this" });
    expect(response).toMatchObject({
      status: "handedOver",
      items: 0,
      handedOver: 1,
      errors: { EVENT_UNRECOGNIZED: 1 },
    });
  });

  test("because it is read in ranges", async () => {
    const chain = chainOf(
      new Chain({ sink: scriptedSink() }, { continuation: { ...QUEUE, splitBytes: 1024 * 1024 } }),
      {
        k: Buffer.from(`${"x".repeat(99)}\n`.repeat(30_000)),
      },
    );
    chain.chunkBytes = 256 * 1024;
    const { response } = await chain.invoke(event("k"));
    expect(chain.queue).toHaveLength(2);
    expect(response).toMatchObject({ status: "handedOver", items: 1, handedOver: 2, errors: {} });
  });
});

const QUEUE = { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/continue", maxHops: 100 };

test("nothing is answered when the queue refuses: the caller gets the error, by its code's name", async () => {
  const chain = new Chain({ sink: scriptedSink() });
  chain.refuses = true;
  const { response, error } = await chain.invoke(event("gone"));
  expect(response).toBeUndefined();
  expect(error).toMatchObject({ name: "OBJECT_MISSING", code: "OBJECT_MISSING" });
});

test("the error is one that another attempt may mend, where there is one: who retries by its name goes on retrying", async () => {
  const chain = chainOf(new Chain({ sink: down() }), { k: LINES });
  chain.refuses = true;
  expect((await chain.invoke(event("gone", "k"))).error).toMatchObject({ name: "SINK_UNAVAILABLE" });
  expect((await chain.invoke(event("k", "gone"))).error).toMatchObject({ name: "SINK_UNAVAILABLE" });
});

test("what is there only as a dead letter is told as that", async () => {
  const letters: Letter[] = [];
  const deadLetters = {
    put: async (_key: string, each: readonly Letter[]) => {
      letters.push(...each);
    },
  };
  const refusing = scriptedSink(({ count }) => ({
    kind: "each",
    outcomes: Array.from({ length: count }, (_, i) =>
      i === 0 ? { kind: "reject", reason: REASON } : { kind: "delivered" },
    ),
  }));
  const chain = chainOf(new Chain({ sink: refusing }, {}, { deadLetters }), { k: LINES });
  const { response } = await chain.invoke(event("k"));
  expect(letters).toHaveLength(1);
  expect(response).toMatchObject({ status: "deadLettered", deadLettered: { sink: 1 }, delivered: { sink: 2 } });

  const pipeline = createPipeline(parseConfig({ sinks: { sink: { type: "sink" } }, onUndecodable: "deadLetter" }), {
    sinks: async () => scriptedSink().definition,
    deadLetters,
  });
  const undecodable = await pipeline.handle({ what: "is this" });
  expect(undecodable.response).toMatchObject({ status: "deadLettered", items: 0, errors: { EVENT_UNRECOGNIZED: 1 } });
});

test("best effort is best effort: what such a sink drops is a count", async () => {
  const chain = chainOf(new Chain({ up: scriptedSink(), down: down() }, { sinks: { down: { required: false } } }), {
    k: LINES,
  });
  const { response } = await chain.invoke(event("k"));
  expect(response).toMatchObject({ status: "delivered", dropped: { down: 3 }, delivered: { up: 3 } });
});

test("S3 Batch Operations is told of what is handed over, too", async () => {
  const text = Buffer.from(Array.from({ length: 10_000 }, (_, i) => `line ${i} ${"x".repeat(i % 200)}\n`).join(""));
  const chain = chainOf(new Chain({ sink: scriptedSink() }), { k: text });
  const tasks = [{ taskId: "t", s3Key: "k", s3Bucket: "b", s3VersionId: null }];
  const { response, counts } = await chain.invoke({ invocationSchemaVersion: "2.0", invocationId: "i", tasks });
  expect(chain.queue).toHaveLength(1);
  const resultString = `${counts.in} records; the rest is on the continuation queue (DEADLINE)`;
  expect(response).toMatchObject({ results: [{ taskId: "t", resultCode: "Succeeded", resultString }] });
});

test("an event without records is told as such, and triggers with an answer of their own keep it", async () => {
  const chain = new Chain({ sink: scriptedSink() });
  expect((await chain.invoke({ Event: "s3:TestEvent" })).response).toMatchObject({
    status: "delivered",
    items: 0,
    in: 0,
  });
  expect((await chain.invoke({ Records: [] })).response).toMatchObject({ status: "delivered", items: 0 });
  expect((await chain.invoke(sqsEvent("{}"))).response).toEqual({ batchItemFailures: [{ itemIdentifier: "m" }] });
});
