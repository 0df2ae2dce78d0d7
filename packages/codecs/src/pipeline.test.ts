import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  createPipeline,
  DELIVERED,
  defineSink,
  encodeDocument,
  type ObjectReader,
  type Outcome,
  parseConfig,
  recordId,
} from "@sluice/core";
import { describe, expect, test } from "vitest";
import { codecs } from "./index.ts";
import { zip } from "./zip/zip.testing.ts";

const FIXTURES = path.join(import.meta.dirname, "../../../fixtures");
const fixture = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));
const plainFlowLog = (flowLog: string): Buffer => {
  const [found] = globSync(`objects/acme-audit-logs/AWSLogs/123456789012/vpcflowlogs/**/*${flowLog}*`, {
    cwd: FIXTURES,
  });
  return gunzipSync(fixture(found as string));
};

interface Delivered {
  readonly outcome: Outcome;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly ids: readonly string[];
  readonly ranges: readonly (readonly [number, number])[];
}

/** What a sink gets of one object with these bytes. */
async function deliver(bytes: Uint8Array, config: object = {}): Promise<Delivered> {
  const documents: Record<string, unknown>[] = [];
  const ids: string[] = [];
  const ranges: (readonly [number, number])[] = [];
  const out = defineSink({
    options: { safeParse: (data: unknown) => ({ success: true, data }) } as never,
    create: () => ({
      dedupes: "never",
      limits: { maxBatchBytes: 1e6, maxBatchRecords: 10, maxRecordBytes: 1e6 },
      encode: (record, writer) => {
        ids.push(recordId("", record.start, record.end, record.part));
        encodeDocument(record, writer);
        writer.ascii("\n");
        return undefined;
      },
      send: async (batch) => {
        const text = Buffer.from(batch.bytes).toString().trimEnd();
        for (const line of text.split("\n")) documents.push(JSON.parse(line));
        return DELIVERED;
      },
    }),
  });
  const reader: ObjectReader = {
    async read(_ref, { start, end }) {
      ranges.push([start, end]);
      const part = bytes.subarray(start, end);
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < part.length; at += 500) yield part.subarray(at, at + 500);
      };
      return { etag: "e", size: bytes.length, lastModified: 1, body: body() };
    },
  };
  const parsed = parseConfig({ sinks: { out: { type: "out" } }, ...config }, "test");
  const pipeline = createPipeline(parsed, { sinks: async () => out, reader, codecs });
  const outcome = await pipeline.objects([{ store: "s3", bucket: "b", key: "k" }]);
  await pipeline.close();
  return { outcome, documents, ids, ranges };
}

const text = ({ documents }: Delivered): unknown[] => documents.map(({ message }) => message);
const error = ({ outcome }: Delivered): string | undefined => outcome.units[0]?.error?.message;

describe("positions go on from one entry to the next", () => {
  const archive = zip([
    { name: "a", content: Buffer.from("one\ntwo") },
    { name: "b", content: gzipSync("three\n"), stored: true },
    { name: "c", content: fixture("packed/security-lake.parquet") },
    { name: "d", content: Buffer.from("\ufefflast\n") },
  ]);

  test.each([
    ["held", {}],
    ["read in ranges", { read: { partBytes: 512 } }],
  ])("%s", async (_, config) => {
    const { outcome, ids, documents } = await deliver(archive, config);
    expect(outcome.counts).toMatchObject({ in: 7, delivered: { out: 7 }, units: { ok: 1, failed: 0 } });
    expect(ids).toEqual(["-0-3", "-4-7", "-7-12", "-13-14", "-14-15", "-15-16", "-19-23"]);
    expect(documents.map(({ message }) => message).filter((each) => !String(each).startsWith("{"))).toEqual([
      "one",
      "two",
      "three",
      "last",
    ]);
  });

  test("and are the same on each attempt, whatever was held", async () => {
    const held = await deliver(archive);
    const ranged = await deliver(archive, { read: { partBytes: 100 } });
    expect(ranged.ids).toEqual(held.ids);
    expect(ranged.documents).toEqual(held.documents);
    expect(held.ranges).toHaveLength(1);
  });
});

describe("flow logs in Parquet", () => {
  test.each([
    ["vpc-flow", "fl-0123456789abcdef0"],
    ["vpc-flow-custom", "fl-0fedcba9876543210"],
  ])("%s: the fields of those in text", async (name, flowLog) => {
    const table = await deliver(fixture(`packed/${name}.parquet`));
    const lines = await deliver(plainFlowLog(flowLog));
    const fields = ({ documents }: Delivered): unknown[] =>
      documents.map(({ event, log, sluice, ...rest }) => {
        const { id: _, ...kept } = event as Record<string, unknown>;
        return { ...rest, event: kept };
      });
    expect(table.outcome.counts).toMatchObject({ in: lines.documents.length, skipped: 1, unparsed: 0 });
    expect(fields(table)).toEqual(fields(lines));
    expect(fields(table)).not.toEqual([]);
    expect(table.ids).toEqual(lines.documents.map((_, i) => `-${i}-${i + 1}`));
  });

  test("as JSON where the config says that it is", async () => {
    const { documents } = await deliver(fixture("packed/vpc-flow.parquet"), { sources: [{ format: "json" }] });
    expect(JSON.parse(String(documents[0]?.message))).toMatchObject({
      version: 2,
      account_id: "123456789012",
      srcaddr: "172.31.16.139",
      srcport: 20641,
      bytes: 4249,
      action: "ACCEPT",
    });
    expect(documents[3]?.message).not.toContain("srcaddr");
  });
});

test("CloudFront's standard logs in Parquet: the fields of those in JSON", async () => {
  const table = await deliver(fixture("packed/cloudfront.parquet"));
  const lines = await deliver(fixture("formats/cloudfront-json/v2.json"));
  const fields = ({ documents }: Delivered): unknown[] =>
    documents.map(({ log: _log, message: _message, ...fields }) => fields);
  expect(table.outcome.counts).toMatchObject({ in: 4, unparsed: 0 });
  expect(fields(table)).toEqual(fields(lines));
  expect(table.documents[0]).toMatchObject({ event: { dataset: "aws.cloudfront_logs" }, source: { port: 11040 } });
});

test("Security Lake: nested fields, their time", async () => {
  const { documents } = await deliver(fixture("packed/security-lake.parquet"));
  expect(documents.map((document) => document["@timestamp"])).toEqual([
    "2026-11-03T09:00:00.000Z",
    "2026-11-03T09:01:00.000Z",
    "2026-11-03T09:02:00.000Z",
  ]);
  expect(JSON.parse(String(documents[0]?.message))).toEqual({
    class_uid: 4001,
    class_name: "Network Activity",
    time: 1793696400000,
    time_dt: "2026-11-03T09:00:00.000000Z",
    severity_id: 1,
    src_endpoint: { ip: "10.0.0.1", port: 44321 },
    cloud: { account: { uid: "123456789012" }, region: "eu-west-1", provider: "AWS" },
    observables: [{ name: "src_endpoint.ip", value: "10.0.0.1" }],
    unmapped: { sublocation_id: null, traffic_path: "8" },
  });
});

describe("what the config says of compression", () => {
  const packed = fixture("packed/orders.bz2");

  test("auto, or by name: decoded", async () => {
    for (const sources of [[], [{ compression: "auto" }], [{ compression: "bzip2" }]])
      expect((await deliver(packed, { sources })).outcome.counts).toMatchObject({ in: 12, units: { ok: 1 } });
  });

  test("another one: fails, and nothing is taken for a record", async () => {
    const wrong = await deliver(packed, { sources: [{ compression: "gzip" }] });
    expect(wrong.outcome.counts).toMatchObject({ in: 0, units: { ok: 0, failed: 1 } });
    expect(error(wrong)).toBe("s3://b/k: expected gzip data, got bytes that begin with 42 5a 68 39");
  });

  test("none: lines as they are", async () => {
    const { outcome, documents } = await deliver(Buffer.from("BZh91AY&SY\nanother line\n"), {
      sources: [{ compression: "none" }],
    });
    expect([outcome.counts.in, text({ documents } as Delivered)]).toEqual([2, ["BZh91AY&SY", "another line"]]);
  });
});

test("a limit on what tables expand to holds for rows too", async () => {
  const { outcome } = await deliver(fixture("packed/security-lake.parquet"), { read: { maxExpandedBytes: 500 } });
  expect(outcome.units[0]?.error?.code).toBe("EXPANSION_LIMIT");
});
