import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { ObjectReader } from "../ports/object-reader.ts";
import { DELIVERED, type RecordOutcome, type SendResult, type Sink } from "../ports/sink.ts";
import type { TransformFunction } from "../ports/transform.ts";
import { encodeDocument } from "../record/document.ts";
import { encodeLine, lineDocument } from "../record/line.ts";
import { type RecordView, writeId } from "../record/record.ts";
import { REASON, type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";

const TEXT = ["plain line", '{"level":"warn","count":12345678901234567890,"message":"from json"}', 'say "hi" \\ tab\t'];
const TIME = Date.UTC(2026, 2, 4, 5, 6, 7);

const reader: ObjectReader = {
  read: async ({ key }) => {
    const bytes = Buffer.from(key === "k" ? `${TEXT.join("\n")}\n` : "");
    const body = (async function* () {
      yield bytes;
    })();
    return { etag: "e", size: bytes.length, lastModified: TIME, body };
  },
};

const REF = { store: "s3", bucket: "b", key: "k", etag: "e", region: "eu-west-1" } as const;

/** Kinds of encoders: as in the sinks that there are. */
const ENCODERS: Readonly<Record<string, Partial<Sink>>> = {
  "a document a line": {},
  "an action line before the document": {
    encode: (record, out) => {
      out.utf8(`{"create":{"_index":"logs-${record.context.dataset}-${day(record)}","_id":"`);
      writeId(record, out);
      out.ascii('"}}\n');
      encodeDocument(record, out);
      out.byte(0x0a);
      return undefined;
    },
    document: (encoded) => encoded.subarray(encoded.indexOf(0x0a) + 1, -1),
  },
  "lines as they came": {
    encode: (record, out) => {
      encodeLine(record, out);
      return undefined;
    },
    document: lineDocument,
  },
  "a text of its own": {
    encode: (record: RecordView, out: ByteWriter) => {
      out.utf8(`<14> ${day(record)} ${String(record.get("message"))}\n`);
      return undefined;
    },
  },
  "the message alone": {
    encode: (record, out) => {
      out.utf8(`${String(record.get("message"))}\n`);
      return undefined;
    },
    document: (encoded) => Buffer.from(JSON.stringify({ message: Buffer.from(encoded.subarray(0, -1)).toString() })),
  },
};

function day({ timestamp }: RecordView): string {
  return new Date(timestamp).toISOString().slice(0, 10);
}

interface Setting {
  readonly sinks: Readonly<Record<string, ScriptedSink>>;
  readonly config?: object;
  readonly sinkConfig?: object;
  readonly transform?: TransformFunction;
  /** Dead letters by key, in the store that the pipeline writes to. */
  readonly store?: Map<string, readonly DeadLetter[]>;
}

function pipelineOf({ sinks, config = {}, sinkConfig = {}, transform, store = new Map() }: Setting) {
  const retry = { attempts: 1, minDelayMs: 1, maxDelayMs: 1 };
  const named = Object.keys(sinks).map((name) => [name, { type: name, retry, ...sinkConfig }]);
  return createPipeline(parseConfig({ sinks: Object.fromEntries(named), ...config }, "test"), {
    sinks: async (type) => sinks[type]?.definition,
    reader,
    deadLetters: { put: async (key, letters: readonly DeadLetter[]) => void store.set(key, [...letters]) },
    ...(transform && { transform: async () => transform }),
  });
}

const refuseAll = (count: number): SendResult => ({
  kind: "each",
  outcomes: Array.from({ length: count }, (): RecordOutcome => ({ kind: "reject", reason: REASON })),
});

const refusing = (own?: Partial<Sink>): ScriptedSink => scriptedSink(({ count }) => refuseAll(count), own);

const flat = (store: Map<string, readonly DeadLetter[]>): DeadLetter[] => [...store.values()].flat();

const logs = {
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        owner: "123456789012",
        logGroup: "/app",
        logStream: "s",
        logEvents: TEXT.map((message, i) => ({ id: String(i), timestamp: TIME + i, message })),
      }),
    ).toString("base64"),
  },
};

describe.each(Object.entries(ENCODERS))("to a sink that writes %s", (_, own) => {
  test.each([
    ["records of an object", {}, undefined, "objects"],
    ["log events", {}, undefined, "logs"],
    ["OpenTelemetry's names", { sources: [{ parse: "otel", dataset: "app" }] }, undefined, "objects"],
    ["records as they came", { sources: [{ parse: "raw", namespace: "prod" }] }, undefined, "logs"],
    ["changed records", { process: [{ add: { "labels.team": "a" } }] }, undefined, "objects"],
    [
      "outputs of a transform",
      { process: [{ transform: "./t.js" }] },
      (record: object) => [record, { ...record, message: "another" }],
      "objects",
    ],
  ] as const)("%s come again as they were", async (_name, config, transform, what) => {
    const store = new Map<string, readonly DeadLetter[]>();
    const first = refusing(own);
    const setting = { config, store, ...(transform && { transform }) };
    const pipeline = pipelineOf({ ...setting, sinks: { one: first } });
    const outcome = await (what === "logs"
      ? pipeline.handle(logs, { region: "eu-west-1" })
      : pipeline.objects([REF], {}));
    const expected = transform === undefined ? 3 : 6;
    expect(outcome.counts.deadLettered).toEqual({ one: expected });

    const second = scriptedSink(undefined, own);
    const { fates, counts, units } = await pipelineOf({ ...setting, sinks: { one: second } }).resend(flat(store));
    expect(fates).toEqual(flat(store).map(() => "delivered"));
    expect(counts).toMatchObject({ in: expected, filtered: 0, delivered: { one: expected }, deadLettered: {} });
    expect(units.map(({ id }) => id)).toEqual(flat(store).map(({ id }) => id));
    expect(second.sent.flatMap(({ ids }) => ids)).toEqual(first.sent.flatMap(({ ids }) => ids));
    expect(second.sent.flatMap(({ lines }) => lines)).toEqual(first.sent.flatMap(({ lines }) => lines));
  });

  test("what a transform failed at comes as it was, and nothing is lost of it", async () => {
    const store = new Map<string, readonly DeadLetter[]>();
    const transform = (): never => {
      throw new Error("a bug");
    };
    const setting = { config: { process: [{ transform: "./t.js" }] }, store, transform };
    await pipelineOf({ ...setting, sinks: { one: scriptedSink(undefined, own) } }).objects([REF]);
    const second = scriptedSink(undefined, own);
    const { fates } = await pipelineOf({ ...setting, sinks: { one: second } }).resend(flat(store));
    expect(fates).toEqual(["delivered", "delivered", "delivered"]);
    const sent = second.sent.flatMap(({ lines }) => lines);
    expect(sent[0]).toContain("plain line");
    expect(second.delivered).toEqual(flat(store).map(({ id }) => id));
  });
});

test("a document gets its id where the sink wants one and it has none", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  const first = refusing(ENCODERS["an action line before the document"]);
  for (const parse of ["ecs", "otel"])
    await pipelineOf({ sinks: { one: first }, store, config: { sources: [{ parse }] } }).objects([REF]);
  const second = scriptedSink();
  await pipelineOf({ sinks: { one: second } }).resend(flat(store));
  for (const { lines, ids } of second.sent)
    lines.forEach((line, i) => {
      const document = JSON.parse(line);
      expect(document.sluice?.id ?? document.attributes?.["log.record.uid"]).toBe(ids[i]);
      expect(line.match(new RegExp(`${ids[i]}`, "g"))).toHaveLength(1);
    });
});

test("each goes to its own sink only, and others aren't even made", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  await pipelineOf({ sinks: { one: refusing(), two: refusing(), three: refusing() }, store }).objects([REF]);
  const sinks = { one: scriptedSink(), two: scriptedSink(), three: scriptedSink() };
  const some = flat(store).filter(({ sink }) => sink !== "two");
  const { counts } = await pipelineOf({ sinks }).resend(some);
  expect(counts.delivered).toEqual({ one: 3, three: 3 });
  expect([sinks.one.created, sinks.two.created, sinks.three.created]).toEqual([1, 0, 1]);
});

test("sinks are told that it may be there already", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  await pipelineOf({ sinks: { one: refusing() }, store }).objects([REF]);
  const told: boolean[] = [];
  const second = scriptedSink((_, { again }) => {
    told.push(again);
    return DELIVERED;
  });
  await pipelineOf({ sinks: { one: second } }).resend(flat(store));
  expect(told).toEqual([true]);
});

test("what is refused again is a dead letter again, beside the old one; the others are delivered", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  const pipeline = pipelineOf({ sinks: { one: refusing() }, store });
  await pipeline.objects([REF]);
  const letters = flat(store);
  const keys = [...store.keys()];
  const again = await pipeline.resend(letters);
  expect(again.fates).toEqual(["deadLettered", "deadLettered", "deadLettered"]);
  expect(again.counts.units).toEqual({ ok: 3, failed: 0 });
  const added = [...store.keys()].filter((key) => !keys.includes(key));
  expect(added).toHaveLength(1);
  expect(store.get(keys[0] as string)).toEqual(letters);
  const known = (letter: DeadLetter): object => ({ ...letter, at: 0, resent: undefined });
  expect(store.get(added[0] as string)?.map(known)).toEqual(letters.map(known));
  expect(store.get(added[0] as string)?.map(({ resent }) => resent)).toEqual([1, 1, 1]);

  await pipeline.resend(letters);
  expect(store.size).toBe(2);
  await pipeline.resend(store.get(added[0] as string) as DeadLetter[]);
  expect(store.size).toBe(3);
});

test("a letter that can't be sent fails alone, and says why", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  await pipelineOf({ sinks: { one: refusing() }, store }).objects([REF]);
  const [good, other, third] = flat(store) as [DeadLetter, DeadLetter, DeadLetter];
  const sink = scriptedSink();
  const { fates, units, counts } = await pipelineOf({ sinks: { one: sink } }).resend([
    { ...other, sink: "gone" },
    { ...other, id: "no id" },
    { ...third, document: Buffer.from("{"), json: true },
    good,
  ]);
  expect(fates).toEqual(["failed", "failed", "failed", "delivered"]);
  expect(units.map(({ error }) => error?.code)).toEqual([
    "SINK_UNKNOWN",
    "DEAD_LETTER_MALFORMED",
    "DEAD_LETTER_MALFORMED",
    undefined,
  ]);
  expect(units[0]?.error?.message).toBe("config: there is no sink gone: the config has one");
  expect(counts).toMatchObject({ in: 1, delivered: { one: 1 } });
});

test("a sink at fault fails its letters, required or not; those of others are delivered", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  await pipelineOf({ sinks: { one: refusing(), two: refusing() }, store }).objects([REF]);
  const down = scriptedSink(() => ({ kind: "unavailable", reason: REASON }));
  const setting = { sinks: { one: down, two: scriptedSink() }, sinkConfig: { required: false } };
  const { fates, counts } = await pipelineOf(setting).resend(flat(store));
  expect(fates).toEqual(flat(store).map(({ sink }) => (sink === "one" ? "failed" : "delivered")));
  expect(counts).toMatchObject({ failed: { one: 3 }, dropped: {}, delivered: { two: 3 } });
});

test("a time that is up sends no more", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  await pipelineOf({ sinks: { one: refusing() }, store }).objects([REF]);
  const sink = scriptedSink();
  let leftMs = 100_000;
  const remainingMs = (): number => {
    const left = leftMs;
    leftMs = 1;
    return left;
  };
  const { fates, units } = await pipelineOf({ sinks: { one: sink } }).resend(flat(store), {
    deadline: { remainingMs },
  });
  expect(fates).toEqual(["failed", "failed", "failed"]);
  expect(units[0]?.error?.code).toBe("DEADLINE");
  expect(sink.sent).toEqual([]);
});

test("parts of a cell never take the name of the cell, nor of another part of it", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  const own: Partial<Sink> = { limits: { cellBytes: 1024 * 1024 } };
  const first = scriptedSink(() => ({ kind: "split", reason: REASON }), own);
  await pipelineOf({ sinks: { one: first }, store }).objects([REF]);
  const letters = flat(store);
  expect(letters).toHaveLength(3);
  const names = new Set(first.sent.map(({ cell }) => cell));
  for (const some of [letters, letters.slice(0, 2), [letters[0], letters[2]] as DeadLetter[], letters.slice(2)]) {
    const sink = scriptedSink(undefined, own);
    await pipelineOf({ sinks: { one: sink } }).resend(some);
    expect(sink.sent).toHaveLength(1);
    expect(sink.sent[0]?.ids).toEqual(some.map(({ id }) => id));
    expect(names).not.toContain(sink.sent[0]?.cell);
    names.add(sink.sent[0]?.cell);
  }
});

test("letters of before their target was kept take it from the document", async () => {
  const store = new Map<string, readonly DeadLetter[]>();
  const own = ENCODERS["an action line before the document"];
  const first = refusing(own);
  await pipelineOf({ sinks: { one: first }, store, config: { sources: [{ dataset: "app" }] } }).handle(logs);
  const old = flat(store).map(
    ({ dataset: _d, namespace: _n, timestamp: _t, service: _s, source: _o, ...letter }): DeadLetter => letter,
  );
  const second = scriptedSink(undefined, own);
  const { fates } = await pipelineOf({ sinks: { one: second } }).resend(old);
  expect(fates).toEqual(["delivered", "delivered", "delivered"]);
  expect(second.sent.flatMap(({ lines }) => lines)).toEqual(first.sent.flatMap(({ lines }) => lines));
});
