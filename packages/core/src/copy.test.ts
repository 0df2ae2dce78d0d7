import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Pipeline } from "./api.ts";
import { parseConfig } from "./config/parse-config.ts";
import { SluiceError } from "./errors.ts";
import { createPipeline } from "./pipeline.ts";
import type { LogLevel } from "./ports/logger.ts";
import type { ByteRange, ObjectReader, ObjectRef } from "./ports/object-reader.ts";
import { type CopyResult, DELIVERED, type ObjectCopy, type SendResult } from "./ports/sink.ts";
import { REASON, type ScriptedSink, scriptedSink } from "./sink/scripted-sink.testing.ts";

const LINES = "first line\nsecond line\n\nthird line\n";
const GZIP = gzipSync(LINES);
const REF: ObjectRef = { store: "s3", bucket: "logs", key: "a b/c.gz", versionId: "v1" };
const MODIFIED = Date.UTC(2026, 1, 3);
const LOOK_BYTES = 16 * 1024;

interface Stored {
  readonly reader: ObjectReader;
  readonly ranges: (ByteRange & { readonly key: string })[];
  etag: string;
}

function stored(bytes: Uint8Array): Stored {
  const ranges: Stored["ranges"] = [];
  const store: Stored = {
    etag: "e1",
    ranges,
    reader: {
      read: async ({ key }, range) => {
        ranges.push({ ...range, key });
        if (range.ifMatch !== undefined && range.ifMatch !== store.etag)
          throw new SluiceError("OBJECT_CHANGED", "another one by now");
        const body = async function* (): AsyncGenerator<Uint8Array> {
          yield bytes.subarray(range.start, range.end);
        };
        return { etag: store.etag, size: bytes.length, lastModified: MODIFIED, body: body() };
      },
    },
  };
  return store;
}

interface Copier extends ScriptedSink {
  readonly copies: ObjectCopy[];
}

function copier(
  answer: (n: number) => CopyResult | Promise<CopyResult> = () => DELIVERED,
  script?: () => SendResult,
): Copier {
  const copies: ObjectCopy[] = [];
  const sink = scriptedSink(script, {
    partition: (record) => `${record.context.dataset}/${new Date(record.timestamp).toISOString().slice(0, 10)}`,
    copyObject: async (copy) => answer(copies.push(copy)),
  });
  return { ...sink, copies, definition: { ...sink.definition, copies: () => true } };
}

interface Setup {
  readonly archive: Copier;
  readonly search?: ScriptedSink;
  readonly bytes?: Uint8Array;
  readonly config?: object;
}

function setUp({ archive, search, bytes = GZIP, config = {} }: Setup) {
  const store = stored(bytes);
  const logged: [LogLevel, string, unknown][] = [];
  const retry = { attempts: 2, minDelayMs: 1 };
  const sinks = {
    archive: { type: "archive", retry },
    ...(search === undefined ? {} : { search: { type: "search" } }),
  };
  const pipeline = createPipeline(parseConfig({ sinks, ...config }, "test"), {
    sinks: async (type) => (type === "archive" ? archive : search)?.definition,
    reader: store.reader,
    logger: { log: (level, message, fields) => logged.push([level, message, fields]) },
  });
  return { store, pipeline, logged };
}

/** Once, so that it is known what the sinks do. */
async function warm(pipeline: Pipeline, store: Stored, archive: Copier): Promise<void> {
  await pipeline.objects([{ ...REF, key: "warm-up" }]);
  store.ranges.length = 0;
  archive.copies.length = 0;
}

describe("an object that only sinks want that copy it", () => {
  test("is looked at, copied, and not read", async () => {
    const archive = copier();
    const { pipeline, store } = setUp({ archive });
    await warm(pipeline, store, archive);
    const outcome = await pipeline.objects([REF]);
    expect(outcome.counts).toMatchObject({
      in: 0,
      routed: 0,
      delivered: {},
      copied: { archive: 1 },
      copiedBytes: { archive: GZIP.length },
      units: { ok: 1, failed: 0 },
    });
    expect(store.ranges).toEqual([{ key: REF.key, start: 0, end: LOOK_BYTES, ifMatch: undefined }]);
    expect(archive.sent).toEqual([]);
    expect(archive.copies).toEqual([
      {
        ref: REF,
        etag: "e1",
        size: GZIP.length,
        partition: "generic/2026-02-03",
        id: expect.stringMatching(/^1[0-9a-f]{32}$/),
        lastModified: expect.any(Number),
      },
    ]);
  });

  test("so is the first of a process, of which nobody knew before it was opened", async () => {
    const archive = copier();
    const { pipeline, store } = setUp({ archive });
    const { counts } = await pipeline.objects([REF, { ...REF, key: "other" }]);
    expect(counts).toMatchObject({ in: 0, copied: { archive: 2 } });
    expect(archive.sent).toEqual([]);
    expect(store.ranges.filter(({ end }) => end === LOOK_BYTES)).toHaveLength(2);
  });

  test("keeps its name when it comes again, and another version has another", async () => {
    const archive = copier();
    const { pipeline, store } = setUp({ archive });
    await pipeline.objects([REF]);
    await pipeline.objects([REF]);
    store.etag = "e2";
    await pipeline.objects([REF]);
    const [first, again, other] = archive.copies.map(({ id }) => id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("large ones too, by their beginning", async () => {
    const bytes = gzipSync(
      Buffer.concat(Array.from({ length: 3000 }, (_, i) => Buffer.from(`${i} ${i * i * 7919}\n`.repeat(40)))),
      {
        level: 0,
      },
    );
    expect(bytes.length).toBeGreaterThan(1_000_000);
    const archive = copier();
    const { pipeline, store } = setUp({ archive, bytes });
    await warm(pipeline, store, archive);
    const { counts, bytes: read } = await pipeline.objects([REF]);
    expect(counts).toMatchObject({ in: 0, copied: { archive: 1 }, copiedBytes: { archive: bytes.length } });
    expect(read).toBe(LOOK_BYTES);
  });
});

test("records read for another sink count as delivered to the one that has the object", async () => {
  const archive = copier();
  const search = scriptedSink();
  const { pipeline, store } = setUp({ archive, search });
  await warm(pipeline, store, archive);
  const { counts } = await pipeline.objects([REF]);
  expect(counts).toMatchObject({
    in: 3,
    skipped: 1,
    routed: 3,
    delivered: { archive: 3, search: 3 },
    copied: { archive: 1 },
    units: { ok: 1 },
  });
  expect(archive.sent).toEqual([]);
  expect(store.ranges.at(-1)).toMatchObject({ start: 0, ifMatch: "e1" });
});

test("the unit fails where another sink does, though the object is copied; it is copied again with it", async () => {
  const archive = copier();
  const search = scriptedSink(() => ({ kind: "unavailable", reason: REASON }));
  const { pipeline } = setUp({ archive, search });
  const { counts } = await pipeline.objects([REF]);
  expect(counts).toMatchObject({ delivered: { archive: 3 }, failed: { search: 3 }, units: { ok: 0, failed: 1 } });
  expect(archive.copies).toHaveLength(1);
});

test("an object that is replaced between the look and the reading fails, as its records would be others", async () => {
  const search = scriptedSink();
  const archive = copier((): CopyResult => {
    setup.store.etag = "e2";
    return DELIVERED;
  });
  const setup = setUp({ archive, search });
  const { counts, units } = await setup.pipeline.objects([REF]);
  expect(units[0]?.error?.code).toBe("OBJECT_CHANGED");
  expect(counts).toMatchObject({ in: 0, delivered: {} });
});

describe("is read as ever", () => {
  const json = Buffer.from('[\n{"message":"first"},\n{"message":"second"}\n]\n');
  test.each([
    ["without compression", Buffer.from(LINES), {}, 3],
    ["compressed otherwise", deflateSync(LINES), {}, 3],
    ["compressed twice", gzipSync(GZIP), {}, 3],
    ["one JSON document", gzipSync(json), {}, 2],
    ["without a record", gzipSync("\n\n"), {}, 0],
    ["nothing at all", Buffer.alloc(0), {}, 0],
    ["changed on its way", GZIP, { process: [{ add: { "labels.a": "b" } }] }, 3],
    ["filtered by what is in it", GZIP, { process: [{ exclude: { field: "message", glob: "first*" } }] }, 3],
    ["routed by what is in it", GZIP, { routes: [{ when: { field: "message", glob: "*line" }, to: ["archive"] }] }, 3],
    ["changed on its route", GZIP, { routes: [{ to: ["archive"], process: [{ drop: ["tags"] }] }] }, 3],
  ])("an object %s", async (_, bytes, config, records) => {
    const archive = copier();
    const { pipeline } = setUp({ archive, bytes, config });
    const { counts } = await pipeline.objects([REF]);
    expect(archive.copies).toEqual([]);
    expect(counts).toMatchObject({ in: records, copied: {}, copiedBytes: {}, units: { ok: 1 } });
  });

  test.each([
    ["of a file", { ...REF, store: "file" as const }],
    ["that is another role's to read", { ...REF, role: "arn:aws:iam::210987654321:role/log-reader" }],
  ])("an object %s", async (_, ref) => {
    const archive = copier();
    const { pipeline } = setUp({ archive });
    const { counts } = await pipeline.objects([ref]);
    expect(archive.copies).toEqual([]);
    expect(counts).toMatchObject({ in: 3, delivered: { archive: 3 } });
  });

  test("a damaged one, which then fails", async () => {
    const archive = copier();
    const { pipeline } = setUp({ archive, bytes: GZIP.subarray(0, -9) });
    const { units } = await pipeline.objects([REF]);
    expect(archive.copies).toEqual([]);
    expect(units[0]?.error?.code).toBe("OBJECT_TRUNCATED");
  });

  test("one that isn't there", async () => {
    const archive = copier();
    const { pipeline, store } = setUp({ archive });
    await warm(pipeline, store, archive);
    store.reader.read = async () => {
      throw new SluiceError("OBJECT_MISSING", "gone");
    };
    const { units } = await pipeline.objects([REF]);
    expect(units[0]?.error?.code).toBe("OBJECT_MISSING");
    expect(archive.copies).toEqual([]);
  });
});

test.each([
  [
    "by its dataset",
    [{ when: { field: "event.dataset", equals: "aws.elb_logs" }, to: ["search"] }, { to: ["archive"] }],
  ],
  ["by its bucket", [{ when: { field: "aws.s3.bucket.name", glob: "lo*" }, to: ["archive"] }, { to: ["search"] }]],
])("routes that take a whole object %s leave it whole", async (_, routes) => {
  const archive = copier();
  const search = scriptedSink();
  const { pipeline } = setUp({ archive, search, config: { routes } });
  const { counts } = await pipeline.objects([REF]);
  expect(counts).toMatchObject({ in: 0, copied: { archive: 1 } });
  expect(search.sent).toEqual([]);
});

describe("a copy that is refused", () => {
  test("has the object read instead, and is told", async () => {
    const archive = copier(() => ({ kind: "refused", reason: REASON, of: "object" }));
    const { pipeline, logged } = setUp({ archive });
    const { counts } = await pipeline.objects([REF, { ...REF, key: "other" }]);
    expect(counts).toMatchObject({ in: 6, delivered: { archive: 6 }, copied: {}, units: { ok: 2 } });
    expect(archive.copies).toHaveLength(2);
    const fields = { sink: "archive", bucket: "logs", code: "TEST", message: "as told" };
    expect(logged).toContainEqual(["warn", "not copied: the object is read instead", fields]);
  });

  test("for all of a bucket isn't asked for again, until the next invocation", async () => {
    const archive = copier(() => ({ kind: "refused", reason: REASON, of: "bucket" }));
    const { pipeline, store } = setUp({ archive, config: { read: { concurrency: 1 } } });
    await warm(pipeline, store, archive);
    const { counts } = await pipeline.objects([REF, { ...REF, key: "other" }, { ...REF, bucket: "second" }]);
    expect(counts).toMatchObject({ in: 9, delivered: { archive: 9 } });
    expect(archive.copies.map(({ ref }) => ref.bucket)).toEqual(["logs", "second"]);
    await pipeline.objects([REF]);
    expect(archive.copies).toHaveLength(3);
  });
});

test("a sink that fails at copies fails the records, which others get", async () => {
  const archive = copier(() => ({ kind: "retry", reason: REASON }));
  const search = scriptedSink();
  const { pipeline } = setUp({ archive, search });
  const { counts, troubles } = await pipeline.objects([REF]);
  expect(archive.copies).toHaveLength(2);
  expect(archive.sent).toEqual([]);
  expect(counts).toMatchObject({ delivered: { search: 3 }, failed: { archive: 3 }, copied: {}, units: { failed: 1 } });
  expect(troubles[0]).toMatchObject({ sink: "archive", reason: { code: "TEST", message: "gave up: as told" } });
});

describe("told beforehand", () => {
  const event = {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "eu-west-1",
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: "logs" }, object: { key: "c.gz", size: GZIP.length, eTag: "e1" } },
      },
    ],
  };

  test.each([
    ["always", {}, true, ["archive"]],
    [
      "by what all records have in common",
      { routes: [{ when: { field: "event.dataset", exists: true }, to: ["archive"] }] },
      false,
      ["archive"],
    ],
    ["never", { process: [{ drop: ["tags"] }] }, false, undefined],
  ])("%s", async (_, config, always, copiedBy) => {
    const archive = copier();
    const { pipeline } = setUp({ archive, search: scriptedSink(), config });
    expect(await pipeline.copying()).toEqual([{ sink: "archive", always }]);
    const { items } = await pipeline.explain(event);
    expect(items[0]).toMatchObject({ status: "record source", ...(copiedBy && { copiedBy }) });
    expect(items[0]?.copiedBy).toEqual(copiedBy);
    expect(archive.copies).toEqual([]);
    expect(archive.created).toBe(0);
  });

  test("an object that is to be read", async () => {
    const { pipeline } = setUp({ archive: copier(), bytes: Buffer.from(LINES) });
    expect((await pipeline.explain(event)).items[0]?.copiedBy).toBeUndefined();
  });
});
