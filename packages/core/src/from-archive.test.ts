import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { parseConfig } from "./config/parse-config.ts";
import { SluiceError } from "./errors.ts";
import { type ArchiveMarks, metadataOf } from "./object/archive-marks.ts";
import { createPipeline } from "./pipeline.ts";
import type { ObjectReader } from "./ports/object-reader.ts";
import type { EncodedBatch, Sink } from "./ports/sink.ts";
import { encodeDocument } from "./record/document.ts";
import { encodeLine } from "./record/line.ts";
import { type ScriptedSink, scriptedSink } from "./sink/scripted-sink.testing.ts";

type Metadata = Readonly<Record<string, string>>;

/** Objects by `bucket/key`. */
class Store {
  readonly objects = new Map<string, { readonly bytes: Uint8Array; readonly metadata?: Metadata }>();
  readonly reader: ObjectReader = {
    read: async ({ bucket, key }, { start, end }) => {
      const object = this.objects.get(`${bucket}/${key}`);
      if (object === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
      const { bytes, metadata } = object;
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(start, end);
      };
      const lastModified = bucket === "logs" ? 1_700_000_000_000 : 1_800_000_000_000;
      return { etag: `etag of ${bucket}`, size: bytes.length, lastModified, metadata, body: body() };
    },
  };

  /** An archive sink that writes here. */
  archive(format: "documents" | "lines"): ScriptedSink {
    const own: Partial<Sink> = {
      limits: { cellBytes: 1000 },
      gzip: 6,
      dedupes: "within-object",
      holds: (bucket) => bucket === "archive",
      ...(format === "lines"
        ? {
            encode: (record, out) => {
              encodeLine(record, out);
              return undefined;
            },
          }
        : {}),
    };
    return scriptedSink((batch) => {
      this.objects.set(`archive/${batch.cell}`, {
        bytes: Buffer.from(batch.bytes),
        metadata: metadataOf(marksOf(format, batch)),
      });
      return { kind: "delivered" };
    }, own);
  }

  get archived(): { store: "s3"; bucket: string; key: string }[] {
    const keys = [...this.objects.keys()].filter((name) => name.startsWith("archive/"));
    return keys.map((name) => ({ store: "s3", bucket: "archive", key: name.slice("archive/".length) }));
  }
}

function marksOf(format: "documents" | "lines", batch: EncodedBatch): ArchiveMarks {
  return format === "documents" ? { kind: "documents" } : { kind: "lines", start: 0, ...batch.pieceOf?.() };
}

interface Got {
  readonly id: string;
  readonly document: string;
  readonly again: boolean;
}

/** A sink without ids in its documents, as Elasticsearch is one. */
function search(got: Got[]): ScriptedSink {
  return scriptedSink(
    (batch, { again }) => {
      const bytes = Buffer.from(batch.bytes);
      for (let i = 0; i < batch.count; i++) {
        const document = bytes
          .subarray(batch.offset(i), batch.offset(i + 1))
          .toString("utf8")
          .trimEnd();
        got.push({ id: batch.id(i), document, again });
      }
      return { kind: "delivered" };
    },
    {
      encode: (record, out) => {
        encodeDocument(record, out);
        out.byte(0x0a);
        return undefined;
      },
    },
  );
}

function pipelineOf(store: Store, sinks: Record<string, ScriptedSink>, config: object = {}) {
  const named = Object.fromEntries(Object.keys(sinks).map((name) => [name, { type: name }]));
  return createPipeline(parseConfig({ sinks: named, ...config }, "test"), {
    sinks: async (type) => sinks[type]?.definition,
    reader: store.reader,
  });
}

const LINES = Array.from({ length: 200 }, (_, i) =>
  JSON.stringify({ time: 1_790_000_000 + i, message: `line ${i} ü` }),
);
const SOURCE = {
  store: "s3",
  bucket: "logs",
  key: "a b/c.json.gz",
  region: "eu-west-1",
  account: "123456789012",
} as const;
const sorted = (all: readonly Got[]): object[] =>
  all.map(({ id, document }) => ({ id, document })).sort((a, b) => (a.id < b.id ? -1 : 1));

async function roundTrip(format: "documents" | "lines", content: string, config: object = {}) {
  const store = new Store();
  store.objects.set(`logs/${SOURCE.key}`, { bytes: gzipSync(content) });
  const first: Got[] = [];
  await pipelineOf(store, { search: search(first), archive: store.archive(format) }, config).objects([SOURCE]);
  const second: Got[] = [];
  const archive = store.archive(format);
  const pipeline = pipelineOf(store, { search: search(second), archive }, config);
  const outcome = await pipeline.objects(store.archived);
  return { store, first, second, archive, outcome };
}

const CONFIG = {
  sources: [{ match: { bucket: "logs" }, dataset: "shop.orders", namespace: "prod", format: "json" }],
};

test.each(["documents", "lines"] as const)(
  "%s come back as they were first delivered, and aren't archived twice",
  async (format) => {
    const { first, second, archive, outcome, store } = await roundTrip(format, `${LINES.join("\n")}\n`, CONFIG);
    expect(store.archived.length).toBeGreaterThan(5);
    expect(first).toHaveLength(LINES.length);
    expect(sorted(second)).toEqual(sorted(first));
    expect([first.some(({ again }) => again), second.every(({ again }) => again)]).toEqual([false, true]);
    expect(archive.sent).toEqual([]);
    expect(outcome.counts).toMatchObject({
      in: LINES.length,
      delivered: { search: LINES.length, archive: LINES.length },
      units: { ok: store.archived.length, failed: 0 },
    });
  },
);

test("a time borrowed from the source is that of the source, not of the archive's object", async () => {
  for (const format of ["documents", "lines"] as const) {
    const { first, second } = await roundTrip(format, "one\ntwo\n");
    expect(sorted(second)).toEqual(sorted(first));
    expect(second[0]?.document).toContain("2023-11-14T22:13:20.000Z");
  }
});

test("documents don't go through `process` again, routes they do", async () => {
  const config = {
    ...CONFIG,
    process: [{ transform: "./count.js" }],
    routes: [{ when: { field: "event.dataset", equals: "shop.orders" }, to: ["archive", "search"] }],
  };
  const store = new Store();
  store.objects.set(`logs/${SOURCE.key}`, { bytes: gzipSync(`${LINES.slice(0, 3).join("\n")}\n`) });
  const got: Got[] = [];
  const pipeline = createPipeline(
    parseConfig({ sinks: { search: { type: "search" }, archive: { type: "archive" } }, ...config }, "test"),
    {
      sinks: async (type) => (type === "search" ? search(got) : store.archive("documents")).definition,
      reader: store.reader,
      transform: async () => (record) => [
        { ...record, labels: { n: 1 } },
        { ...record, labels: { n: 2 } },
      ],
    },
  );
  await pipeline.objects([SOURCE]);
  expect(got).toHaveLength(6);
  const first = got.splice(0);
  const { counts } = await pipeline.objects(store.archived);
  expect(counts).toMatchObject({ in: 6, added: 0, delivered: { search: 6 } });
  expect(sorted(got)).toEqual(sorted(first));
});

test("lines that aren't a piece of their source any more get other ids, never wrong ones", async () => {
  const { first, second } = await roundTrip("lines", `${LINES.slice(0, 3).join("\r\n")}\r\n`, CONFIG);
  const known = new Set(first.map(({ id }) => id));
  expect(second).toHaveLength(3);
  expect(second.filter(({ id }) => known.has(id))).toEqual([]);
});

test("an object in another bucket is read as what it holds, whatever its metadata says", async () => {
  const { store, first } = await roundTrip("documents", `${LINES.slice(0, 2).join("\n")}\n`, CONFIG);
  const object = store.objects.get(`archive/${store.archived[0]?.key}`);
  store.objects.set("logs/forged", object as { bytes: Uint8Array });
  const got: Got[] = [];
  const sinks = { search: search(got), archive: store.archive("documents") };
  await pipelineOf(store, sinks, CONFIG).objects([{ store: "s3", bucket: "logs", key: "forged" }]);
  expect(got).toHaveLength(2);
  expect(got.some(({ id }) => first.some((each) => each.id === id))).toBe(false);
  expect(got.every(({ document }) => JSON.parse(document).event.dataset === "shop.orders")).toBe(true);
});

test("where the config says so, documents need no metadata and no archive in the config", async () => {
  const { store, first } = await roundTrip("documents", `${LINES.slice(0, 2).join("\n")}\n`, CONFIG);
  const { bytes } = store.objects.get(`archive/${store.archived[0]?.key}`) as { bytes: Uint8Array };
  store.objects.set("elsewhere/x", { bytes: gunzipSync(bytes) });
  const got: Got[] = [];
  const config = { sources: [{ match: { bucket: "elsewhere" }, format: "sluice" }] };
  await pipelineOf(store, { search: search(got) }, config).objects([{ store: "s3", bucket: "elsewhere", key: "x" }]);
  expect(sorted(got)).toEqual(sorted(first));
});

test("what a backfill names may have been delivered before", async () => {
  const store = new Store();
  store.objects.set("logs/x", { bytes: gzipSync("one\n") });
  const record = (sluice?: object) => ({
    eventSource: "aws:s3",
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: "logs" }, object: { key: "x" } },
    ...(sluice === undefined ? {} : { sluice }),
  });
  const events: [object, boolean][] = [
    [{ Records: [record()] }, false],
    [{ Records: [record({ again: true })] }, true],
    [{ Records: [record({ again: "yes" })] }, false],
    [{ invocationSchemaVersion: "2.0", tasks: [{ taskId: "t", s3Bucket: "logs", s3Key: "x" }] }, true],
  ];
  for (const [event, again] of events) {
    const got: Got[] = [];
    await pipelineOf(store, { search: search(got) }).handle(event);
    expect(got.map((each) => each.again)).toEqual([again]);
  }
});
