import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ExplainedItem } from "../api.ts";
import { parseConfig } from "../config/parse-config.ts";
import { type ArchiveMarks, metadataOf } from "../object/archive-marks.ts";
import { createPipeline } from "../pipeline.ts";
import type { EncodedBatch } from "../ports/sink.ts";
import { encodeLine } from "../record/line.ts";
import { scriptedSink } from "../sink/scripted-sink.testing.ts";

interface Stored {
  readonly bytes: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>>;
}

const LINES = ["first line", "second line", "third line"];
const PROCESS = [{ add: { "labels.by": "process" } }];

/** Objects by `bucket/key`: a log, and what an archive of that format makes of it. */
async function archived(format: "documents" | "lines"): Promise<Map<string, Stored>> {
  const objects = new Map<string, Stored>([["logs/app.log", { bytes: Buffer.from(`${LINES.join("\n")}\n`) }]]);
  const archive = scriptedSink(
    (batch) => {
      const bytes = gzipSync(batch.bytes);
      objects.set("archive/cell", { bytes, metadata: metadataOf(marksOf(format, batch)) });
      return { kind: "delivered" };
    },
    {
      limits: { cellBytes: 1000 },
      ...(format === "lines" && {
        encode: (record, out) => {
          encodeLine(record, out);
          return undefined;
        },
      }),
    },
  );
  const config = parseConfig({ sinks: { archive: { type: "x" } }, process: format === "lines" ? [] : PROCESS }, "test");
  const pipeline = createPipeline(config, { sinks: async () => archive.definition, reader: readerOf(objects) });
  const { counts } = await pipeline.objects([{ store: "s3", bucket: "logs", key: "app.log" }]);
  expect(counts.delivered).toEqual({ archive: LINES.length });
  return objects;
}

function marksOf(format: "documents" | "lines", batch: EncodedBatch): ArchiveMarks {
  return format === "documents" ? { kind: "documents" } : { kind: "lines", start: 0, ...batch.pieceOf?.() };
}

function readerOf(objects: ReadonlyMap<string, Stored>) {
  return {
    read: async ({ bucket, key }: { bucket: string; key: string }, { start, end }: { start: number; end: number }) => {
      const { bytes, metadata } = objects.get(`${bucket}/${key}`) as Stored;
      const body = (async function* () {
        yield bytes.subarray(start, end);
      })();
      return { etag: `of ${bucket}`, size: bytes.length, lastModified: 1_700_000_000_000, metadata, body };
    },
  };
}

interface Around {
  readonly config?: object;
  /** Bucket of the config's archive. */
  readonly holds?: string;
}

async function explained(
  objects: ReadonlyMap<string, Stored>,
  where: string,
  { config = {}, holds = "archive" }: Around = {},
): Promise<ExplainedItem> {
  const [bucket = "", key = ""] = where.split("/");
  const sinks = { search: scriptedSink(), archive: scriptedSink(undefined, { holds: (name) => name === holds }) };
  const parsed = parseConfig(
    { sinks: { search: { type: "search" }, archive: { type: "archive" } }, process: PROCESS, ...config },
    "test",
  );
  const pipeline = createPipeline(parsed, {
    sinks: async (type) => sinks[type as "search" | "archive"].definition,
    reader: readerOf(objects),
  });
  const s3 = { bucket: { name: bucket }, object: { key, size: 1 } };
  const { items } = await pipeline.explain({
    Records: [{ eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3 }],
  });
  expect([...sinks.search.sent, ...sinks.archive.sent]).toEqual([]);
  return items[0] as ExplainedItem;
}

test("documents of an archive keep ids and origins, and aren't processed again", async () => {
  const objects = await archived("documents");
  const source = await explained(objects, "logs/app.log");
  const item = await explained(objects, "archive/cell", { config: { process: [{ add: { "labels.by": "another" } }] } });
  expect(source.archive).toBeUndefined();
  expect(item).toMatchObject({
    format: "sluice",
    formatFrom: "archive",
    archive: { kind: "documents", keepsIds: true, heldBy: ["archive"] },
  });
  expect(item.records?.map(({ id }) => id)).toEqual(source.records?.map(({ id }) => id));
  expect(item.records?.[0]?.document).toMatchObject({
    message: "first line",
    labels: { by: "process" },
    aws: { s3: { bucket: { name: "logs" } } },
  });
});

test("lines that are a piece of their source are read in its place", async () => {
  const objects = await archived("lines");
  const source = await explained(objects, "logs/app.log");
  const item = await explained(objects, "archive/cell");
  expect(item.archive).toEqual({
    kind: "lines",
    keepsIds: true,
    of: "s3://logs/app.log",
    from: 0,
    heldBy: ["archive"],
  });
  expect(item.records).toEqual(source.records);
  expect(item.copiedBy).toBeUndefined();
});

test("lines that are no such piece have lost their ids, and it says so", async () => {
  const objects = await archived("lines");
  const bytes = Buffer.from("one\ntwo\n");
  objects.set("archive/mixed", { bytes, metadata: metadataOf({ kind: "lines", start: 0 }) });
  const { archive } = await explained(objects, "archive/mixed");
  expect(archive).toMatchObject({ kind: "lines", keepsIds: false, reason: expect.stringMatching(/^ARCHIVE_IDS_LOST/) });
});

test.each(["documents", "lines"] as const)(
  "%s in a bucket of none of the config's archives aren't believed, until the config says so",
  async (kind) => {
    const objects = await archived(kind);
    const item = await explained(objects, "archive/cell", { holds: "another" });
    expect(item.archive).toMatchObject({
      kind,
      keepsIds: false,
      heldBy: [],
      reason: expect.stringContaining('{ match: { bucket: "archive" }, format: sluice }'),
    });
    const sources = [{ match: { bucket: "archive" }, format: "sluice" }];
    const named = await explained(objects, "archive/cell", { holds: "another", config: { sources } });
    expect(named.archive).toMatchObject({ kind, keepsIds: true, heldBy: [] });
  },
);

test("documents with ids of which no metadata says that an archive wrote them", async () => {
  const id = `1${"ab".repeat(16)}-0-9`;
  const objects = new Map<string, Stored>();
  const put = (key: string, document: object): void => {
    objects.set(`archive/${key}`, { bytes: Buffer.from(`${JSON.stringify(document)}\n`) });
  };
  put("ecs", { "@timestamp": "2026-01-01T00:00:00.000Z", message: "m", sluice: { id } });
  put("otel", { body: { text: "m" }, attributes: { "log.record.uid": id } });
  put("other", { message: "m", sluice: { id: "x" } });
  for (const key of ["ecs", "otel"])
    expect((await explained(objects, `archive/${key}`)).archive).toMatchObject({
      kind: "documents",
      keepsIds: false,
      reason: expect.stringContaining("its metadata doesn't say that an archive wrote it"),
    });
  expect((await explained(objects, "archive/other")).archive).toBeUndefined();
});
