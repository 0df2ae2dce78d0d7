import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig } from "./config/parse-config.ts";
import { SluiceError } from "./errors.ts";
import type { Outcome } from "./outcome/outcome.ts";
import { createPipeline } from "./pipeline.ts";
import type { DeadLetter } from "./ports/dead-letters.ts";
import type { ObjectReader } from "./ports/object-reader.ts";
import type { EncodedBatch, RecordOutcome, SendResult } from "./ports/sink.ts";
import { REASON, type ScriptedSink, scriptedSink } from "./sink/scripted-sink.testing.ts";

type Store = Readonly<Record<string, Uint8Array | "broken">>;

function readerOf(store: Store): ObjectReader {
  return {
    read: async ({ key }, { start, end }) => {
      const bytes = store[key];
      if (bytes === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
      if (bytes === "broken") throw new SluiceError("ACCESS_DENIED", "denied");
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = start; at < Math.min(end, bytes.length); at += 1000)
          yield bytes.subarray(at, Math.min(at + 1000, end));
      };
      return { etag: "e", size: bytes.length, lastModified: 1_700_000_000_000, body: body() };
    },
  };
}

function notification(key: string): unknown {
  const object = { key: encodeURIComponent(key), size: 1, eTag: "e" };
  return {
    Records: [
      {
        eventSource: "aws:s3",
        eventName: "ObjectCreated:Put",
        awsRegion: "eu-west-1",
        s3: { bucket: { name: "b" }, object },
      },
    ],
  };
}

function message(id: string, body: unknown): unknown {
  return { messageId: id, eventSource: "aws:sqs", body: typeof body === "string" ? body : JSON.stringify(body) };
}

function textOf(name: string, lines: number): Uint8Array {
  return gzipSync(Array.from({ length: lines }, (_, i) => `${name} ${i}\n`).join(""));
}

function pipelineOf(sinks: Record<string, ScriptedSink>, store: Store, config: object = {}, letters?: DeadLetter[]) {
  const retry = { attempts: 3, minDelayMs: 1, maxDelayMs: 1 };
  const parsed = parseConfig(
    { sinks: Object.fromEntries(Object.keys(sinks).map((name) => [name, { type: name, retry }])), ...config },
    "test",
  );
  const deadLetters = letters && {
    put: async (_key: string, batch: readonly DeadLetter[]) => void letters.push(...batch),
  };
  return createPipeline(parsed, {
    sinks: async (type) => sinks[type]?.definition,
    reader: readerOf(store),
    ...(deadLetters && { deadLetters }),
  });
}

function failures(outcome: Outcome): string[] {
  const response = outcome.response as { batchItemFailures: { itemIdentifier: string }[] };
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

test("an object is on its way before the sinks are made", async () => {
  const order: string[] = [];
  const sink = scriptedSink();
  const reader = readerOf({ a: textOf("a", 3) });
  const pipeline = createPipeline(parseConfig({ sinks: { one: { type: "one" } } }, "test"), {
    sinks: async () => {
      order.push("sink");
      return sink.definition;
    },
    reader: {
      read: async (...args) => {
        order.push("object");
        return reader.read(...args);
      },
    },
  });
  const { counts } = await pipeline.handle(notification("a"));
  expect(order).toEqual(["object", "sink"]);
  expect(counts).toMatchObject({ in: 3, delivered: { one: 3 } });
});

test("one bad message of ten fails alone", async () => {
  const store = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, textOf(`object ${i}`, 100)]));
  const sink = scriptedSink();
  const records = Array.from({ length: 10 }, (_, i) => message(`m${i}`, i === 4 ? "not json" : notification(`k${i}`)));
  const outcome = await pipelineOf({ sink }, store).handle({ Records: records });
  expect(failures(outcome)).toEqual(["m4"]);
  expect(outcome.counts).toMatchObject({ in: 900, delivered: { sink: 900 }, units: { ok: 9, failed: 1 } });
  expect(outcome.units[4]?.error?.message).toBe("sqs m4: sqs: expected JSON, got not json");
});

test("a test event between two files costs neither", async () => {
  const sink = scriptedSink();
  const store = { a: textOf("a", 3), b: textOf("b", 4) };
  const test = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "b" };
  const outcome = await pipelineOf({ sink }, store).handle({
    Records: [message("1", notification("a")), message("2", test), message("3", notification("b"))],
  });
  expect(failures(outcome)).toEqual([]);
  expect(outcome.counts.delivered).toEqual({ sink: 7 });
});

test("what was read before a fault is delivered, and the unit fails", async () => {
  const whole = textOf("line", 5000);
  const sink = scriptedSink();
  const outcome = await pipelineOf({ sink }, { cut: whole.subarray(0, whole.length - 500) }).handle({
    Records: [message("1", notification("cut"))],
  });
  expect(failures(outcome)).toEqual(["1"]);
  expect(outcome.units[0]?.error?.code).toBe("OBJECT_TRUNCATED");
  expect(outcome.units[0]?.error?.message).toMatch(
    /^s3:\/\/b\/cut: gzip data ends too early, after \d+ compressed bytes$/,
  );
  expect(outcome.counts.in).toBe(outcome.counts.delivered.sink ?? 0);
});

test("the same event twice gives the same ids", async () => {
  const sink = scriptedSink();
  const pipeline = pipelineOf({ sink }, { a: textOf("a", 50) });
  const event = { Records: [message("1", notification("a"))] };
  await pipeline.handle(event);
  const first = sink.delivered.splice(0);
  await pipeline.handle(event);
  expect(sink.delivered).toEqual(first);
  expect(new Set(first).size).toBe(50);
});

test("filters, routes and unrouted records add up", async () => {
  const search = scriptedSink();
  const archive = scriptedSink();
  const config = {
    process: [{ exclude: { field: "message", glob: "*0" } }],
    routes: [
      { when: { field: "message", glob: "*1" }, to: ["archive"] },
      { when: { field: "message", glob: "*2" }, to: ["archive", "search"] },
    ],
  };
  const outcome = await pipelineOf({ search, archive }, { a: textOf("a", 100) }, config).objects([
    { store: "s3", bucket: "b", key: "a" },
  ]);
  expect(outcome.counts).toMatchObject({ in: 100, filtered: 80, routed: 20, delivered: { archive: 20, search: 10 } });
});

test("an invocation that can be told only by throwing carries its error", async () => {
  const sink = scriptedSink(() => ({ kind: "unavailable", reason: REASON }));
  const pipeline = pipelineOf({ sink }, { a: textOf("a", 1) });
  expect((await pipeline.handle(notification("a"))).error?.message).toContain("1 of 1 records failed");
  expect((await pipeline.handle({ hello: 1 })).error?.code).toBe("EVENT_UNRECOGNIZED");
  expect((await pipeline.handle(undefined)).error?.code).toBe("EVENT_UNRECOGNIZED");
});

test("Kinesis is told the earliest record that failed", async () => {
  const sink = scriptedSink();
  const record = (sequence: string, data: string): unknown => ({
    eventSource: "aws:kinesis",
    kinesis: { sequenceNumber: sequence, data },
  });
  const damaged = Buffer.concat([gzipSync("x").subarray(0, 12)]).toString("base64");
  const good = Buffer.from("a line\n").toString("base64");
  const outcome = await pipelineOf({ sink }, {}).handle({
    Records: [record("1", good), record("2", damaged), record("3", good), record("4", damaged)],
  });
  expect(failures(outcome)).toEqual(["2"]);
  expect(outcome.counts.delivered).toEqual({ sink: 2 });
});

test("payloads of an event are read one after another, each as if it had come alone", async () => {
  const payload = (n: number, messages: readonly string[], more = {}): string => {
    const logEvents = messages.map((said, i) => ({ id: `${n}${i}`, timestamp: 1790000000000 + n, message: said }));
    const head = { messageType: "DATA_MESSAGE", owner: "1", logGroup: "g", logStream: `s${n}` };
    return gzipSync(JSON.stringify({ ...head, logEvents, ...more })).toString("base64");
  };
  const data = [
    ...Array.from({ length: 20 }, (_, n) => payload(n, [`first of ${n}`, `"second" of ${n}\n`])),
    payload(20, [], { messageType: "CONTROL_MESSAGE" }),
    gzipSync("a line of its own\nand another").toString("base64"),
    payload(22, ["parsed, as there is something behind the events"], { more: true }),
    Buffer.from("neither gzip nor JSON").toString("base64"),
    payload(24, Array<string>(70).fill("more than the kernel takes at once ".repeat(1000))),
    gzipSync("damaged").subarray(0, 20).toString("base64"),
    payload(26, ["last"]),
  ];
  const records = data.map((each, i) => ({
    eventSource: "aws:kinesis",
    kinesis: { sequenceNumber: `${100 + i}`, data: each, approximateArrivalTimestamp: 1790000000 },
  }));
  const together = scriptedSink();
  const outcome = await pipelineOf({ sink: together }, {}).handle({ Records: records });
  expect(failures(outcome)).toEqual(["125"]);
  expect(outcome.units[25]?.error?.message).toMatch(/^kinesis 125: kinesis.data: expected gzip data/);
  expect(outcome.units[20]).toMatchObject({ ok: true, records: 0 });

  const alone = scriptedSink();
  for (const record of records) await pipelineOf({ sink: alone }, {}).handle({ Records: [record] });
  const lines = ({ sent }: ScriptedSink): string[] => sent.flatMap((each) => each.lines);
  expect(lines(together)).toHaveLength(115);
  expect(lines(together)).toEqual(lines(alone));
  expect(together.delivered).toEqual(lines(together).map((line) => JSON.parse(line).sluice.id));
});

test("in a FIFO group nothing after a failure is acknowledged; other groups are", async () => {
  const sink = scriptedSink();
  const fifo = (id: string, group: string, key: string): unknown => ({
    ...(message(id, notification(key)) as object),
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:q.fifo",
    attributes: { MessageGroupId: group },
  });
  const store: Store = { a: textOf("a", 1), denied: "broken" };
  const outcome = await pipelineOf({ sink }, store).handle({
    Records: [fifo("1", "x", "a"), fifo("2", "x", "denied"), fifo("3", "y", "a"), fifo("4", "x", "a")],
  });
  expect(failures(outcome)).toEqual(["2", "4"]);
  expect(outcome.units[3]?.error?.code).toBe("ORDER_PRESERVED");
});

test("near the deadline nothing is begun, and the unit goes back", async () => {
  const sink = scriptedSink();
  let remaining = 60_000;
  const outcome = await pipelineOf({ sink }, { a: textOf("a", 10) }).handle(
    { Records: [message("1", notification("a"))] },
    {
      deadline: {
        remainingMs: () => {
          const ms = remaining;
          remaining = 9_000;
          return ms;
        },
      },
    },
  );
  expect(failures(outcome)).toEqual(["1"]);
  expect(outcome.units[0]?.error?.code).toBe("DEADLINE");
});

test("a deadline in the middle of an object stops at a record's end, with what was read delivered", async () => {
  const sink = scriptedSink();
  let calls = 0;
  const deadline = { remainingMs: () => (calls++ > 12 ? 5_000 : 60_000) };
  const outcome = await pipelineOf({ sink }, { a: gzipSync("a line of text\n".repeat(200_000)) }).handle(
    { Records: [message("1", notification("a"))] },
    { deadline },
  );
  expect(outcome.units[0]?.error?.code).toBe("DEADLINE");
  expect(outcome.counts.in).toBeGreaterThan(0);
  expect(outcome.counts.in).toBeLessThan(200_000);
  expect(outcome.counts.delivered.sink).toBe(outcome.counts.in);
});

const KINDS = ["delivered", "retry", "reject", "fail"] as const;
const answers = fc.array(
  fc.oneof(
    fc.constant("delivered" as const),
    fc.constant("retry" as const),
    fc.constant("split" as const),
    fc.constant("unauthorized" as const),
    fc.constant("throw" as const),
    fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 7 }),
    fc.constant("unavailable" as const),
  ),
  { minLength: 1, maxLength: 30 },
);

type Answer = typeof answers extends fc.Arbitrary<(infer A)[]> ? A : never;

function answer(script: readonly Answer[], batch: EncodedBatch, number: number): SendResult {
  const next = script[(number - 1) % script.length] as Answer;
  if (next === "throw") throw new Error("a bug");
  if (next === "delivered") return { kind: "delivered" };
  if (typeof next === "string") return { kind: next, reason: REASON };
  const outcomes = Array.from({ length: batch.count }, (_, i): RecordOutcome => {
    const kind = next[i % next.length] as (typeof KINDS)[number];
    return kind === "delivered" ? { kind } : { kind, reason: REASON };
  });
  return { kind: "each", outcomes };
}

test("whatever sinks answer, the law holds, each record is accounted for once, and ok means all of it arrived", async () => {
  const store = { a: textOf("a", 37), b: textOf("b", 11) };
  const event = { Records: [message("1", notification("a")), message("2", notification("b"))] };
  await fc.assert(
    fc.asyncProperty(answers, answers, fc.integer({ min: 1, max: 50 }), async (first, second, maxBatchRecords) => {
      const one = scriptedSink((batch, _call, number) => answer(first, batch, number));
      const two = scriptedSink((batch, _call, number) => answer(second, batch, number));
      const letters: DeadLetter[] = [];
      const retry = { attempts: 3, minDelayMs: 1, maxDelayMs: 1 };
      const sink = { retry, limits: { maxBatchRecords } };
      const sinks = { one: { type: "one", ...sink }, two: { type: "two", required: false, ...sink } };
      const outcome = await pipelineOf({ one, two }, store, { sinks }, letters).handle(event);
      const { counts } = outcome;
      expect(counts.in).toBe(48);
      for (const name of ["one", "two"]) {
        const per = (key: "delivered" | "deadLettered" | "failed" | "dropped"): number => counts[key][name] ?? 0;
        expect(per("delivered") + per("deadLettered") + per("failed") + per("dropped")).toBe(48);
        expect(letters.filter((letter) => letter.sink === name)).toHaveLength(per("deadLettered"));
      }
      expect(one.delivered).toHaveLength(counts.delivered.one ?? 0);
      expect(new Set(one.delivered).size).toBe(one.delivered.length);
      expect(outcome.units.some(({ error }) => error?.code === "LEDGER_BROKEN")).toBe(false);
      expect(failures(outcome).length === 0).toBe((counts.failed.one ?? 0) === 0);
    }),
    { numRuns: 60 },
  );
});

test("an object is read as its source says: on behalf of a role, where its bucket lies", async () => {
  const asked: unknown[] = [];
  const sink = scriptedSink();
  const sources = [
    { match: { bucket: "b" }, role: "arn:aws:iam::210987654321:role/r", externalId: "x", region: "us-east-2" },
  ];
  const pipeline = createPipeline(parseConfig({ sources, sinks: { one: { type: "one" } } }, "test"), {
    sinks: async () => sink.definition,
    reader: {
      read: async (ref, range, signal) => {
        asked.push(ref);
        return readerOf({ a: textOf("a", 1) }).read(ref, range, signal);
      },
    },
  });
  await pipeline.handle(notification("a"));
  expect(asked).toMatchObject([
    { key: "a", role: "arn:aws:iam::210987654321:role/r", externalId: "x", region: "us-east-2" },
  ]);
  expect(sink.delivered).toHaveLength(1);
});
