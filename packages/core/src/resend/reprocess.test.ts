import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { ObjectReader, ObjectRef } from "../ports/object-reader.ts";
import type { RecordOutcome, Sink } from "../ports/sink.ts";
import type { TransformFunction } from "../ports/transform.ts";
import { REASON, type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";

interface Version {
  readonly etag: string;
  readonly text: string | Uint8Array;
  readonly versionId?: string;
}

/** A bucket: of each key its versions, the newest last; counts reads of each. */
class Bucket {
  readonly objects = new Map<string, Version[]>();
  readonly reads: string[] = [];

  put(key: string, ...versions: readonly Version[]): ObjectRef {
    this.objects.set(key, [...(this.objects.get(key) ?? []), ...versions]);
    return { store: "s3", bucket: "logs", key, region: "eu-west-1" };
  }

  readonly reader: ObjectReader = {
    read: async ({ key, versionId }, { start, end, ifMatch }) => {
      const all = this.objects.get(key) ?? [];
      const found = versionId === undefined ? all.at(-1) : all.find((each) => each.versionId === versionId);
      if (found === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
      if (ifMatch !== undefined && ifMatch !== found.etag) throw new SluiceError("OBJECT_CHANGED", "another etag");
      if (start === 0) this.reads.push(versionId === undefined ? key : `${key}@${versionId}`);
      const bytes = Buffer.from(found.text as Uint8Array);
      const body = (async function* () {
        yield bytes.subarray(start, end);
      })();
      return { etag: found.etag, size: bytes.length, lastModified: 1.7e12, versionId: found.versionId, body };
    },
  };
}

interface Setting {
  readonly sinks: Readonly<Record<string, ScriptedSink>>;
  readonly config?: object;
  readonly transform?: TransformFunction;
  readonly store?: Map<string, readonly DeadLetter[]>;
  readonly bucket: Bucket;
}

function pipelineOf({ sinks, config = {}, transform, store = new Map(), bucket }: Setting) {
  const retry = { attempts: 1, minDelayMs: 1, maxDelayMs: 1 };
  const named = Object.keys(sinks).map((name) => [name, { type: name, retry }]);
  return createPipeline(parseConfig({ sinks: Object.fromEntries(named), ...config }, "test"), {
    sinks: async (type) => sinks[type]?.definition,
    reader: bucket.reader,
    deadLetters: { put: async (key, letters: readonly DeadLetter[]) => void store.set(key, [...letters]) },
    ...(transform && { transform: async () => transform }),
  });
}

const flat = (store: Map<string, readonly DeadLetter[]>): DeadLetter[] => [...store.values()].flat();

/** Refuses records whose line has the word in it. */
const refusing = (word: string, own?: Partial<Sink>): ScriptedSink =>
  scriptedSink(
    (batch) => ({
      kind: "each",
      outcomes: Array.from({ length: batch.count }, (_, i): RecordOutcome => {
        const line = Buffer.from(batch.bytes.subarray(batch.offset(i), batch.offset(i + 1))).toString();
        return line.includes(word) ? { kind: "reject", reason: REASON } : { kind: "delivered" };
      }),
    }),
    own,
  );

const messages = ({ sent }: ScriptedSink): string[] =>
  sent.flatMap(({ lines }) => lines.map((line) => JSON.parse(line).message));

const LINES = ["good one", "bad one", "good two", "bad two", "bad three"];
const TEXT = `${LINES.join("\n")}\n`;

/** The dead letters of a first reading, by a config that was wrong. */
async function refused(bucket: Bucket, refs: readonly ObjectRef[], more: Partial<Setting> = {}) {
  const store = new Map<string, readonly DeadLetter[]>();
  const sinks = more.sinks ?? { one: refusing("bad") };
  const { counts } = await pipelineOf({ bucket, store, ...more, sinks }).objects(refs);
  const letters = flat(store);
  expect(Object.values(counts.deadLettered).reduce((a, b) => a + b, 0)).toBe(letters.length);
  return letters;
}

test("records that letters name go through today's config, to their sinks, under their ids; an object is read once", async () => {
  const bucket = new Bucket();
  const refs = [bucket.put("a", { etag: "1", text: TEXT }), bucket.put("b", { etag: "2", text: gzipSync(TEXT) })];
  const letters = await refused(bucket, refs);
  expect(letters).toHaveLength(6);
  bucket.reads.length = 0;

  const sink = scriptedSink();
  const config = { process: [{ transform: "./t.js" }] };
  const transform: TransformFunction = (record) => ({
    ...record,
    message: String(record.message).replace("bad", "mended"),
  });
  const pipeline = pipelineOf({ bucket, sinks: { one: sink }, config, transform });
  const { fates, counts, units } = await pipeline.reprocess(letters);
  expect(fates).toEqual(letters.map(() => "delivered"));
  expect(units.map(({ id, ok }) => [id, ok])).toEqual(letters.map(({ id }) => [id, true]));
  expect(counts).toMatchObject({ in: 6, routed: 6, filtered: 0, delivered: { one: 6 }, units: { ok: 6, failed: 0 } });
  expect(messages(sink).toSorted()).toEqual([
    "mended one",
    "mended one",
    "mended three",
    "mended three",
    "mended two",
    "mended two",
  ]);
  expect(sink.delivered.toSorted()).toEqual(letters.map(({ id }) => id).toSorted());
  expect(bucket.reads.toSorted()).toEqual(["a", "b"]);
});

test("records of other sinks are left alone, and so are those that no letter names", async () => {
  const bucket = new Bucket();
  const refs = [bucket.put("a", { etag: "1", text: TEXT })];
  const letters = await refused(bucket, refs, {
    sinks: { one: refusing("bad t"), two: refusing("one"), three: scriptedSink() },
  });
  expect(letters.map(({ sink }) => sink).toSorted()).toEqual(["one", "one", "two", "two"]);
  const sinks = { one: scriptedSink(), two: scriptedSink(), three: scriptedSink() };
  const { fates } = await pipelineOf({ bucket, sinks }).reprocess(letters);
  expect(new Set(fates)).toEqual(new Set(["delivered"]));
  expect(messages(sinks.one)).toEqual(["bad two", "bad three"]);
  expect(messages(sinks.two)).toEqual(["good one", "bad one"]);
  expect(sinks.three.sent).toEqual([]);
});

test("two letters of one record and sink are settled by one delivery", async () => {
  const bucket = new Bucket();
  const letters = await refused(bucket, [bucket.put("a", { etag: "1", text: TEXT })]);
  const sink = scriptedSink();
  const { fates } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess([...letters, ...letters]);
  expect(fates).toEqual(Array.from({ length: 6 }, () => "delivered"));
  expect(sink.delivered).toHaveLength(3);
});

test("sinks are told that it may be there already", async () => {
  const bucket = new Bucket();
  const letters = await refused(bucket, [bucket.put("a", { etag: "1", text: TEXT })]);
  const told: boolean[] = [];
  const sink = scriptedSink((_, { again }) => {
    told.push(again);
    return { kind: "delivered" };
  });
  await pipelineOf({ bucket, sinks: { one: sink } }).reprocess(letters);
  expect(told).toEqual([true]);
});

test("of two letters of one record, the one that was sent again more often names what becomes of it", async () => {
  const bucket = new Bucket();
  const [letter] = (await refused(bucket, [bucket.put("a", { etag: "1", text: "bad\n" })])) as [DeadLetter];
  for (const letters of [
    [letter, { ...letter, resent: 1 }],
    [{ ...letter, resent: 1 }, letter],
  ]) {
    const store = new Map<string, readonly DeadLetter[]>();
    await pipelineOf({ bucket, store, sinks: { one: refusing("bad") } }).reprocess(letters);
    expect(flat(store).map(({ resent }) => resent)).toEqual([2]);
  }
});

test("what is refused again is a dead letter again, beside the old one; its neighbours are delivered", async () => {
  const bucket = new Bucket();
  const store = new Map<string, readonly DeadLetter[]>();
  const setting = { bucket, store, sinks: { one: refusing("bad") } };
  await pipelineOf(setting).objects([bucket.put("a", { etag: "1", text: TEXT })]);
  const letters = flat(store);
  const keys = [...store.keys()];
  const again = await pipelineOf({ ...setting, sinks: { one: refusing("bad three") } }).reprocess(letters);
  expect(again.fates).toEqual(["delivered", "delivered", "deadLettered"]);
  expect(again.counts.units).toEqual({ ok: 3, failed: 0 });
  const added = [...store.keys()].filter((key) => !keys.includes(key));
  expect(added).toHaveLength(1);
  expect(store.get(added[0] as string)).toMatchObject([{ id: letters[2]?.id, resent: 1 }]);
});

describe("what can't be read again fails alone, and says why", () => {
  test.each([
    ["an object that is gone", "OBJECT_MISSING", (bucket: Bucket) => bucket.objects.delete("a")],
    ["an object that was replaced", "OBJECT_CHANGED", (bucket: Bucket) => bucket.put("a", { etag: "9", text: TEXT })],
  ] as const)("%s", async (_, code, change) => {
    const bucket = new Bucket();
    const refs = [bucket.put("a", { etag: "1", text: TEXT }), bucket.put("b", { etag: "2", text: TEXT })];
    const letters = await refused(bucket, refs);
    change(bucket);
    const sink = scriptedSink();
    const { fates, units, counts } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess(letters);
    const ofA = letters.map(({ origin }) => origin["aws.s3.object.key"] === "a");
    expect(ofA.filter(Boolean)).toHaveLength(3);
    expect(fates).toEqual(ofA.map((is) => (is ? "failed" : "delivered")));
    expect(units.map(({ error }) => error?.code)).toEqual(ofA.map((is) => (is ? code : undefined)));
    expect(units.find(({ error }) => error)?.error?.message).toContain("s3://logs/a: ");
    expect(counts.units).toEqual({ ok: 3, failed: 3 });
    expect(sink.delivered).toHaveLength(3);
  });

  test("what came in the event itself; a sink that isn't there; what is no letter", async () => {
    const bucket = new Bucket();
    const store = new Map<string, readonly DeadLetter[]>();
    const data = gzipSync(
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        owner: "123456789012",
        logGroup: "/app",
        logStream: "s",
        logEvents: [{ id: "1", timestamp: 1.7e12, message: "bad" }],
      }),
    ).toString("base64");
    const kinesis = { sequenceNumber: "7", data: Buffer.from("bad").toString("base64") };
    const eventSourceARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/s";
    const pipeline = pipelineOf({ bucket, store, sinks: { one: refusing("bad") } });
    await pipeline.handle({ awslogs: { data } }, { region: "eu-west-1" });
    await pipeline.handle({ Records: [{ eventSource: "aws:kinesis", eventSourceARN, eventID: "shard:7", kinesis }] });
    await pipeline.write([{ message: "bad", timestamp: 1 }]);
    await pipeline.objects([bucket.put("a", { etag: "1", text: "bad\n" })]);
    const [logs, stream, direct, object] = flat(store) as [DeadLetter, DeadLetter, DeadLetter, DeadLetter];
    const sink = scriptedSink();
    const { fates, units } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess([
      logs,
      stream,
      direct,
      { ...object, sink: "gone" },
      { ...object, id: "none" },
      object,
    ]);
    expect(fates).toEqual(["failed", "failed", "failed", "failed", "failed", "delivered"]);
    expect(units.map(({ error }) => error && `${error.code}: ${error.message}`)).toEqual([
      expect.stringMatching(/^ORIGIN_NOT_KEPT: cloudwatch-logs \/app: /),
      expect.stringMatching(/^ORIGIN_NOT_KEPT: kinesis arn:aws:kinesis:.*stream\/s: /),
      expect.stringMatching(/^ORIGIN_NOT_KEPT: direct: /),
      "SINK_UNKNOWN: config: there is no sink gone: the config has one",
      expect.stringMatching(/^DEAD_LETTER_MALFORMED: id: /),
      undefined,
    ]);
  });

  test("damage behind a record costs that record nothing", async () => {
    const bucket = new Bucket();
    const many = `${Array.from({ length: 20_000 }, (_, i) => `${i % 9000 === 5 ? "bad" : "good"} ${Math.sin(i)}`).join("\n")}\n`;
    const whole = gzipSync(many);
    const letters = await refused(bucket, [bucket.put("a", { etag: "1", text: whole })]);
    expect(letters).toHaveLength(3);
    bucket.objects.clear();
    bucket.put("a", { etag: "1", text: whole.subarray(0, whole.length / 4) });
    const { fates, units } = await pipelineOf({ bucket, sinks: { one: scriptedSink() } }).reprocess(letters);
    expect(fates).toEqual(["delivered", "failed", "failed"]);
    expect(units[1]?.error?.code).toBe("OBJECT_TRUNCATED");
  });
});

test("an older version is read where the bucket keeps it", async () => {
  const bucket = new Bucket();
  const ref = bucket.put("a", { etag: "1", text: TEXT, versionId: "v1" });
  const letters = await refused(bucket, [ref]);
  expect(letters[0]?.versionId).toBe("v1");
  bucket.put("a", { etag: "2", text: "something else\n", versionId: "v2" });
  const sink = scriptedSink();
  const { fates } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess(letters);
  expect(fates).toEqual(["delivered", "delivered", "delivered"]);
  expect(sink.delivered).toEqual(letters.map(({ id }) => id));
});

describe("what today's config makes of a record", () => {
  const bucket = new Bucket();
  const ref = bucket.put("a", { etag: "1", text: TEXT });

  test("taken out: unwanted, and not delivered", async () => {
    const letters = await refused(bucket, [ref]);
    const config = { process: [{ exclude: { field: "message", glob: "bad t*" } }] };
    const sink = scriptedSink();
    const { fates, counts } = await pipelineOf({ bucket, sinks: { one: sink }, config }).reprocess(letters);
    expect(fates).toEqual(["delivered", "unwanted", "unwanted"]);
    expect(counts).toMatchObject({ in: 3, routed: 1, filtered: 2, delivered: { one: 1 } });
  });

  test("taken out by the steps of its route alone: unwanted, whatever other routes do with it", async () => {
    const letters = await refused(bucket, [ref], { sinks: { one: refusing("bad"), two: scriptedSink() } });
    const routes = [
      { to: ["one"], process: [{ exclude: { field: "message", glob: "bad t*" } }], continue: true },
      { to: ["two"] },
    ];
    const sinks = { one: scriptedSink(), two: scriptedSink() };
    const { fates } = await pipelineOf({ bucket, sinks, config: { routes } }).reprocess(letters);
    expect(fates).toEqual(["delivered", "unwanted", "unwanted"]);
    expect(sinks.two.sent).toEqual([]);
  });

  test("routed to other sinks only: it stays, and says where it would go", async () => {
    const letters = await refused(bucket, [ref], { sinks: { one: refusing("bad"), two: scriptedSink() } });
    const routes = [{ when: { field: "message", glob: "bad t*" }, to: ["two"] }, { to: ["one"] }];
    const sinks = { one: scriptedSink(), two: scriptedSink() };
    const { fates, units } = await pipelineOf({ bucket, sinks, config: { routes } }).reprocess(letters);
    expect(fates).toEqual(["delivered", "failed", "failed"]);
    expect(units[1]?.error).toMatchObject({
      code: "SINK_NOT_ROUTED",
      message: "config: its routes take the record to two, and not to one",
    });
    expect(sinks.two.sent).toEqual([]);
  });

  test("refused by a transform again: a dead letter again, for its sink alone", async () => {
    const broken: TransformFunction = () => {
      throw new Error("a bug");
    };
    const config = { process: [{ transform: "./t.js" }] };
    const sinks = { one: scriptedSink(), two: scriptedSink() };
    const letters = (await refused(bucket, [ref], { sinks, config, transform: broken })).filter(
      ({ sink }) => sink === "one",
    );
    const store = new Map<string, readonly DeadLetter[]>();
    const again = pipelineOf({ bucket, sinks, config, store, transform: broken });
    expect((await again.reprocess(letters)).fates).toEqual(letters.map(() => "deadLettered"));
    expect(flat(store).map(({ sink }) => sink)).toEqual(letters.map(() => "one"));
  });

  test("all that a transform makes of a record is delivered, and settles its letter together", async () => {
    const config = { process: [{ transform: "./t.js" }] };
    const letters = await refused(bucket, [ref]);
    const twice: TransformFunction = (record) => [record, { ...record, message: `${record.message} again` }];
    const sink = refusing("two again");
    const { fates, counts } = await pipelineOf({ bucket, sinks: { one: sink }, config, transform: twice }).reprocess(
      letters,
    );
    expect(fates).toEqual(["delivered", "deadLettered", "delivered"]);
    expect(counts).toMatchObject({ delivered: { one: 5 }, deadLettered: { one: 1 } });
    const [first] = letters;
    expect(sink.delivered.slice(0, 2)).toEqual([first?.id, `${first?.id}.1`]);
  });

  test("cut otherwise: all records that lie where the letter's did", async () => {
    const text = "first\n  bad second\nthird\n  fourth\n";
    const own = bucket.put("b", { etag: "2", text });
    const letters = await refused(bucket, [own]);
    expect(letters).toHaveLength(1);
    const sink = scriptedSink();
    const sources = [{ match: { bucket: "logs" }, framing: { type: "multiline", count: 2 } }];
    const { fates } = await pipelineOf({ bucket, sinks: { one: sink }, config: { sources } }).reprocess(letters);
    expect(fates).toEqual(["delivered"]);
    expect(messages(sink)).toEqual(["first\n  bad second"]);
  });

  test("a line that is an array of records now: each of them, and nothing of its neighbours", async () => {
    const ofTwo = (name: string): string =>
      JSON.stringify({ Records: [{ message: `${name} 1` }, { message: `${name} 2` }] });
    const own = bucket.put("c", { etag: "3", text: `${ofTwo("good")}\n${ofTwo("bad")}\n${ofTwo("good")}\n` });
    const letters = await refused(bucket, [own], { config: { sources: [{ format: "raw" }] } });
    expect(letters).toHaveLength(1);
    const sink = scriptedSink();
    const config = { sources: [{ format: "json", framing: { type: "json-array", path: "Records" } }] };
    const { fates, counts } = await pipelineOf({ bucket, sinks: { one: sink }, config }).reprocess(letters);
    expect(fates).toEqual(["delivered"]);
    expect(counts.delivered).toEqual({ one: 2 });
    expect(sink.sent.flatMap(({ lines }) => lines).every((line) => line.includes("bad"))).toBe(true);
  });

  test("no record where the letter's was: it stays", async () => {
    const [letter] = (await refused(bucket, [ref])) as [DeadLetter];
    const moved = { ...letter, id: letter.id.replace(/-\d+-\d+$/, "-100000-100009") };
    const { fates, units } = await pipelineOf({ bucket, sinks: { one: scriptedSink() } }).reprocess([moved]);
    expect(fates).toEqual(["failed"]);
    expect(units[0]?.error?.code).toBe("RECORD_NOT_FOUND");
  });
});

test("a sink that copies objects whole, or has cells, gets single records under names of their own", async () => {
  const bucket = new Bucket();
  const own: Partial<Sink> = { limits: { cellBytes: 1024 * 1024 } };
  const first = refusing("bad", own);
  const letters = await refused(bucket, [bucket.put("a", { etag: "1", text: TEXT })], { sinks: { one: first } });
  const copied: string[] = [];
  const copying = scriptedSink(undefined, {
    ...own,
    copyObject: async ({ ref }) => {
      copied.push(ref.key);
      return { kind: "delivered" };
    },
  });
  const { fates } = await pipelineOf({ bucket, sinks: { one: copying } }).reprocess(letters);
  expect(fates).toEqual(["delivered", "delivered", "delivered"]);
  expect(copied).toEqual([]);
  expect(copying.sent[0]?.ids).toEqual(letters.map(({ id }) => id));
  expect(first.sent.map(({ cell }) => cell)).not.toContain(copying.sent[0]?.cell);
});

test("a sink at fault fails its letters, and nothing is read for them once that is known", async () => {
  const bucket = new Bucket();
  const refs = [bucket.put("a", { etag: "1", text: TEXT }), bucket.put("b", { etag: "2", text: TEXT })];
  const letters = await refused(bucket, refs, { sinks: { one: refusing("bad"), two: refusing("bad") } });
  const down = scriptedSink(() => ({ kind: "unavailable", reason: REASON }));
  const sinks = { one: down, two: scriptedSink() };
  const pipeline = pipelineOf({ bucket, sinks });
  const { fates, units } = await pipeline.reprocess(letters);
  expect(fates).toEqual(letters.map(({ sink }) => (sink === "one" ? "failed" : "delivered")));
  expect(units.find(({ ok }) => !ok)?.error?.code).toBe("SINK_UNAVAILABLE");
});

test("a time that is up reads no more", async () => {
  const bucket = new Bucket();
  const letters = await refused(bucket, [bucket.put("a", { etag: "1", text: TEXT })]);
  const sink = scriptedSink();
  let leftMs = 100_000;
  const remainingMs = (): number => {
    const left = leftMs;
    leftMs = 1;
    return left;
  };
  const { fates, units } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess(letters, {
    deadline: { remainingMs },
  });
  expect(fates).toEqual(["failed", "failed", "failed"]);
  expect(units[0]?.error?.code).toBe("DEADLINE");
  expect(sink.sent).toEqual([]);
});

test("exactly what was refused is delivered, whatever lies between", async () => {
  const line = fc.record({ bad: fc.boolean(), pad: fc.nat(40) });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 60 }), fc.boolean(), async (lines, packed) => {
      const bucket = new Bucket();
      const text = lines.map(({ bad, pad }, i) => `${bad ? "bad" : "good"} ${i} ${"x".repeat(pad)}\n`).join("");
      const ref = bucket.put("a", { etag: "1", text: packed ? gzipSync(text) : text });
      const first = refusing("bad");
      const letters = await refused(bucket, [ref], { sinks: { one: first } });
      const sink = scriptedSink();
      const { fates } = await pipelineOf({ bucket, sinks: { one: sink } }).reprocess(letters);
      expect(fates).toEqual(letters.map(() => "delivered"));
      const all = [...first.delivered, ...sink.delivered];
      expect(new Set(all).size).toBe(all.length);
      expect(all).toHaveLength(lines.length);
    }),
  );
});
