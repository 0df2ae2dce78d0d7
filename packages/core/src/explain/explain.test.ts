import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ExplainedItem, Explanation } from "../api.ts";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import { scriptedSink } from "../sink/scripted-sink.testing.ts";

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");

async function explained(
  event: unknown,
  config: object = {},
  objects: Readonly<Record<string, Uint8Array>> = {},
): Promise<Explanation> {
  const sink = scriptedSink();
  const pipeline = createPipeline(parseConfig({ sinks: { one: { type: "x" }, two: { type: "x" } }, ...config }), {
    sinks: async () => sink.definition,
    reader: {
      read: async ({ key }, { start, end }) => {
        const bytes = objects[key];
        if (bytes === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
        const body = (async function* () {
          for (let at = start; at < Math.min(end, bytes.length); at += 100)
            yield bytes.subarray(at, Math.min(at + 100, end));
        })();
        return { etag: "e", size: bytes.length, lastModified: 1_700_000_000_000, body };
      },
    },
  });
  const explanation = await pipeline.explain(event, { region: "eu-west-1" });
  expect(sink.sent).toEqual([]);
  return explanation;
}

const notification = (key: string): object => ({
  Records: [
    {
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: "b" }, object: { key, size: 1, eTag: "e" } },
    },
  ],
});
const kinesis = (data: string | Uint8Array): object => ({
  Records: [{ eventSource: "aws:kinesis", eventID: "s:1", kinesis: { sequenceNumber: "1", data: base64(data) } }],
});
const logGroup = (group: string, message: string): object => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        owner: "1",
        logGroup: group,
        logStream: "s",
        logEvents: [{ id: "1", timestamp: 1_700_000_000_000, message }],
      }),
    ).toString("base64"),
  },
});

async function first(...args: Parameters<typeof explained>): Promise<ExplainedItem> {
  return (await explained(...args)).items[0] as ExplainedItem;
}

test("an object: what it is packed in, how it is cut, what told its format, its first records", async () => {
  const lines = Array.from({ length: 50 }, (_, n) => JSON.stringify({ time: "2026-11-03T09:00:00Z", n })).join("\n");
  const item = await first(notification("k"), {}, { k: gzipSync(lines) });
  expect(item).toMatchObject({
    path: ["s3"],
    what: "s3://b/k",
    status: "record source",
    compression: "gzip",
    framing: "lines",
    format: "json",
    formatFrom: "content",
    sinks: ["one", "two"],
    routes: [{ routes: [], sinks: ["one", "two"], filtered: false }],
  });
  expect(item.records?.map(({ document }) => (document as { json: { n: number } }).json.n)).toEqual([0, 1, 2]);
  expect(item.records?.[0]?.id).toMatch(/^1[0-9a-f]{32}-0-\d+$/);
});

test("what told the format: the config, the log group's name, the content, or nothing", async () => {
  const config = {
    sources: [
      { match: { streamArn: "*" }, format: "json" },
      { match: { key: "named" }, dataset: "shop.orders" },
    ],
  };
  expect(await first(kinesis("a line"))).toMatchObject({ format: "raw", formatFrom: "nothing", source: undefined });
  expect(await first(notification("named"), config, { named: Buffer.from('{"a":1}\n') })).toMatchObject({
    format: "raw",
    formatFrom: "config",
    source: 1,
    dataset: "shop.orders",
  });
  expect(await first(logGroup("/aws/lambda/f", "START RequestId: 1 Version: 2"))).toMatchObject({
    format: "lambda",
    formatFrom: "log group",
  });
  expect(await first(logGroup("any", "a line"))).toMatchObject({ format: "raw", formatFrom: "nothing" });
});

test("which routes a first record takes, and whether their steps let it pass", async () => {
  const routes = [
    { when: { field: "message", glob: "a*" }, to: ["one"], process: [{ sample: { rate: 0 } }], continue: true },
    { to: ["two"] },
  ];
  expect((await first(kinesis("a line"), { routes })).routes).toEqual([
    { routes: [0], sinks: ["one"], filtered: true },
    { routes: [1], sinks: ["two"], filtered: false },
  ]);
  expect(await first(kinesis("b"), { process: [{ exclude: { field: "message", equals: "b" } }] })).toMatchObject({
    sinks: [],
    reason: "the first record is filtered out",
  });
});

test("headers and blank lines are read past", async () => {
  const text = `#Version: 1.0\n#Fields: date time cs-method cs-uri-stem\n${"\n".repeat(5000)}2026-11-03\t09:00:00\tGET\t/\n`;
  const item = await first(notification("k"), {}, { k: Buffer.from(text) });
  expect(item.records).toHaveLength(1);
});

test("empty content has no records; what is damaged or gone can't be decoded", async () => {
  expect(await first(kinesis(""))).toMatchObject({ status: "record source", reason: "no records" });
  const cut = gzipSync("x".repeat(1000)).subarray(0, 15);
  expect(await explained(notification("cut"), {}, { cut })).toMatchObject({
    ok: false,
    items: [{ status: "undecodable", reason: expect.stringMatching(/^OBJECT_TRUNCATED: /) }],
  });
  expect(await first(notification("gone"))).toMatchObject({
    status: "undecodable",
    reason: "OBJECT_MISSING: no such key",
  });
});
