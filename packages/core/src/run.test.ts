import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { parseConfig } from "./config/parse-config.ts";
import { createPipeline } from "./pipeline.ts";
import type { ObjectReader } from "./ports/object-reader.ts";
import { type ScriptedSink, scriptedSink } from "./sink/scripted-sink.testing.ts";
import { type FakeClock, fakeClock } from "./testing/fake-clock.ts";

const REF = { store: "s3", bucket: "b", key: "k" } as const;
const CHUNKS = 40;
const CHUNK = Buffer.from(`${"x".repeat(1000)}\n`.repeat(300));

function readerOf(chunks: number, onChunk: (i: number) => void = () => {}): ObjectReader {
  const size = chunks * CHUNK.length;
  return {
    read: async (_ref, { start }) => ({
      etag: "e",
      size,
      lastModified: 1,
      body: (async function* () {
        for (let at = start; at < size; at += CHUNK.length) {
          onChunk(at / CHUNK.length);
          yield CHUNK;
        }
      })(),
    }),
  };
}

function pipelineOf(
  sinks: Readonly<Record<string, ScriptedSink>>,
  time: FakeClock,
  reader: ObjectReader,
  own: object = {},
) {
  const named = Object.keys(sinks).map((name) => [
    name,
    { type: name, retry: { attempts: 1 }, limits: { maxBatchRecords: 300, maxInFlight: 1 }, stallMs: 30_000 },
  ]);
  const config = parseConfig(
    { sinks: Object.fromEntries(named), sources: [{ match: {}, format: "raw" }], ...own },
    "test",
  );
  return createPipeline(config, { sinks: async (type) => sinks[type]?.definition, reader, clock: time });
}

test("a sink that doesn't move on holds nobody up for longer than stallMs", async () => {
  const time = fakeClock();
  let release = (): void => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const stalls = scriptedSink(async () => {
    await stuck;
    return { kind: "delivered" };
  });
  let taken = 0;
  const moves = scriptedSink((batch) => {
    taken += batch.count;
    if (taken === CHUNKS * 300) release();
    return { kind: "delivered" };
  });
  const ticking = setInterval(() => void time.advance(5_000), 1);
  const outcome = await pipelineOf({ stalls, moves }, time, readerOf(CHUNKS)).objects([REF]);
  clearInterval(ticking);
  expect(outcome.counts.delivered.moves).toBe(CHUNKS * 300);
  expect(outcome.counts.delivered.stalls).toBeGreaterThan(0);
  expect(outcome.counts.failed.stalls).toBeGreaterThan(0);
  expect(outcome.troubles).toMatchObject([{ sink: "stalls", reason: { code: "SINK_STALLED" } }]);
  expect(outcome.units[0]).toMatchObject({ ok: false, error: { code: "SINK_UNAVAILABLE" } });
});

test("a sink of best effort that never answers doesn't hold up the answer, and is left alone then", async () => {
  const time = fakeClock();
  const begin = time.now();
  let sends = 0;
  const silent = scriptedSink((_, { signal }) => {
    sends += 1;
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const works = scriptedSink(() => ({ kind: "delivered" }));
  const sinks = {
    silent: { type: "silent", required: false, bestEffortMs: 5_000 },
    works: { type: "works" },
  };
  const pipeline = pipelineOf({ silent, works }, time, readerOf(2), { sinks });
  const deadline = { remainingMs: () => begin + 300_000 - time.now() };
  const ticking = setInterval(() => void time.advance(1_000), 1);
  const first = await pipeline.objects([REF], { deadline });
  const took = time.now() - begin;
  const asked = sends;
  const second = await pipeline.objects([REF], { deadline });
  clearInterval(ticking);
  expect(took).toBeLessThan(60_000);
  expect(asked).toBeGreaterThan(0);
  expect(sends).toBe(asked);
  for (const { units, counts } of [first, second]) {
    expect(units[0]).toMatchObject({ ok: true });
    expect(counts.delivered.works).toBe(600);
    expect(counts.dropped.silent).toBe(600);
  }
});

/** Records read of an object by an invocation of five minutes, a chunk of which takes a second to come. */
async function readIn(sendMs: number, deadline: object): Promise<number> {
  const time = fakeClock();
  const end = time.now() + 300_000;
  const sink = scriptedSink(async () => {
    await time.advance(sendMs);
    return { kind: "delivered" };
  });
  const reader = readerOf(1000, () => void time.advance(1_000));
  const pipeline = pipelineOf({ sink }, time, reader, { deadline });
  const outcome = await pipeline.objects([REF], { deadline: { remainingMs: () => end - time.now() } });
  expect(outcome.units[0]?.error?.code).toBe("DEADLINE");
  expect(outcome.counts.failed).toEqual({});
  return end - time.now();
}

test("the slower a sink is, the more time is kept back for it, within limits", async () => {
  const margins = { marginMs: 10_000, maxMarginMs: 60_000 };
  const fast = await readIn(10, margins);
  const slow = await readIn(8_000, margins);
  expect(fast).toBeLessThanOrEqual(10_000);
  expect(fast).toBeGreaterThan(8_000);
  expect(slow).toBeGreaterThan(0);
  const capped = await readIn(8_000, { marginMs: 10_000, maxMarginMs: 10_000 });
  expect(capped).toBeLessThan(slow);
});

test("a sink that is down isn't read for again a moment later", async () => {
  const time = fakeClock();
  const sink = scriptedSink(() => ({ kind: "unavailable", reason: { code: "ECONNREFUSED", message: "nobody there" } }));
  const pipeline = pipelineOf({ sink }, time, readerOf(CHUNKS));
  const first = await pipeline.objects([REF]);
  expect(first.units[0]?.error?.code).toBe("SINK_UNAVAILABLE");
  const asked = sink.sent.length;
  await time.advance(1_000);
  const second = await pipeline.objects([REF]);
  expect(second.units[0]?.error).toMatchObject({
    code: "SINK_UNAVAILABLE",
    message: expect.stringContaining("nobody there"),
  });
  expect(sink.sent).toHaveLength(asked);
  await time.advance(60_000);
  await pipeline.objects([REF]);
  expect(sink.sent.length).toBeGreaterThan(asked);
});

test("what hands work over, or puts messages off, is loaded before the last moment", async () => {
  const told: string[] = [];
  const stuck = scriptedSink(undefined, { send: () => new Promise(() => {}) });
  const config = parseConfig({ sinks: { stuck: { type: "stuck" } }, continuation: { queue: "https://q" } }, "test");
  const pipeline = createPipeline(config, {
    sinks: async () => stuck.definition,
    reader: readerOf(1),
    continuation: {
      prepare: () => told.push("prepare continuation"),
      send: async () => void told.push("send"),
      redeem: () => Promise.reject(new Error("none")),
    },
    postpone: { prepare: () => told.push("prepare postpone"), postpone: async () => void told.push("postpone") },
  });
  const s3 = { bucket: { name: "b" }, object: { key: "k" } };
  const body = JSON.stringify({ Records: [{ eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3 }] });
  const eventSourceARN = "arn:aws:sqs:eu-west-1:123456789012:q";
  const message = { messageId: "m", receiptHandle: "r", body, eventSource: "aws:sqs", eventSourceARN };
  await pipeline.handle({ Records: [message] }, { deadline: { remainingMs: () => 900 } });
  expect(told).toEqual(["prepare continuation", "prepare postpone", "postpone"]);
});

test("where the end comes nearer than it was, sends are broken off in time", async () => {
  const ending = new AbortController();
  let leftMs = 1e9;
  const stuck = scriptedSink(undefined, {
    send: () => {
      leftMs = 30;
      ending.abort();
      return new Promise(() => {});
    },
  });
  const pipeline = createPipeline(parseConfig({ sinks: { stuck: { type: "stuck" } } }, "test"), {
    sinks: async () => stuck.definition,
    reader: readerOf(1),
  });
  const deadline = { remainingMs: () => leftMs, sooner: ending.signal };
  const { units, counts } = await pipeline.objects([REF], { deadline });
  expect(units).toMatchObject([{ ok: false, error: { code: "SINK_UNAVAILABLE" } }]);
  expect(counts.failed.stuck).toBeGreaterThan(0);
});
