import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import type { LogEvent } from "../../envelope/item.ts";
import { logBatchOrigin } from "../origin.ts";
import { readLogs } from "../read-logs.ts";
import { kept, type ReadRecord, readRecords } from "../read-records.testing.ts";
import { RecordReader } from "../record-reader.ts";
import { compileSources } from "../source.ts";
import { FormatHint } from "./format.ts";
import { detectFormat, FORMATS, formatOfLogs } from "./index.ts";

const ELB =
  '2026-11-03T09:05:00.945958Z lb 198.51.100.4:2817 - -1 -1 -1 200 - 0 29 "GET http://e.example:80/ HTTP/1.1" "curl" - -';
const QUERY = { query_timestamp: "2026-11-03T09:05:17Z", query_name: "a.example.", rcode: "NOERROR", query_type: "A" };

interface Batch {
  readonly format: string | undefined;
  readonly records: readonly ReadRecord[];
}

function readBatch(messages: readonly string[], group: string, dataset?: string): Batch {
  const list = messages.map((message, i): LogEvent => ({ id: String(i), timestamp: 1_793_696_750_000, message }));
  const events = { form: "parsed", list, count: list.length, firstId: "0", lastId: "9" } as const;
  const batch = { owner: "1", region: "eu-west-1", group, stream: "s" };
  const item = { kind: "logs", path: [], batch, events } as const;
  const records: ReadRecord[] = [];
  const origin = logBatchOrigin(batch, "0", "9", list.length, 0);
  const source = {
    match: {},
    parse: "ecs",
    tags: [],
    fields: {},
    ...(dataset === undefined ? {} : { dataset }),
  } as const;
  const settings = compileSources([source as never])(item);
  const reader = new RecordReader(origin, settings, undefined, { in: 0, skipped: 0, unparsed: 0 }, (record) =>
    records.push(kept(record)),
  );
  readLogs(reader, batch, events);
  return { format: reader.format, records };
}

describe("events of a log group whose name says nothing", () => {
  test("are of the format that the first of a batch is for certain", () => {
    const { format, records } = readBatch([JSON.stringify(QUERY), "something else"], "acme");
    expect(format).toBe("route53-resolver");
    expect(records.map(({ tags }) => tags)).toEqual([[], ["unparsed"]]);
  });

  test.each([
    ["words", "hello"],
    ["JSON of an application", '{"level":"info","msg":"hi"}'],
    ["JSON over several lines", '{\n"level": "info"\n}'],
    ["pairs", "level=info msg=hi time=2026-11-03T09:05:00Z"],
  ])("stay as they are otherwise: %s", (_, message) => {
    const { format, records } = readBatch([message], "acme");
    expect([format, records[0]?.document.message]).toEqual(["raw", message]);
    expect(records[0]?.document.event).toMatchObject({ dataset: "aws.cloudwatch_logs" });
  });

  test("are what the config says of their dataset", () => {
    expect(readBatch(["hello"], "acme", "acme.orders")).toMatchObject({ format: "raw" });
    expect(readBatch([ELB], "acme", "aws.elb_logs")).toMatchObject({ format: "elb" });
    expect(readBatch(["hello"], "acme", "aws.elb_logs").records[0]?.tags).toEqual(["unparsed"]);
  });
});

test("names of log groups tell formats", () => {
  const formats = [
    ["aws-waf-logs-shop", "cloudfront_x"],
    ["/aws/route53/example.com", "Z1/DUB2-C1"],
    ["API-Gateway-Execution-Logs_a1b2c3/prod", "0a1b"],
    ["/aws/redshift/cluster/shop/connectionlog", "shop"],
    ["/aws/redshift/cluster/shop/userlog", "shop"],
    ["/aws/redshift/cluster/shop/useractivitylog", "shop"],
    ["acme", "aws-waf-logs-shop"],
  ].map(([group, stream]) => formatOfLogs(group as string, stream as string)?.name);
  expect(formats).toEqual([
    "waf",
    "route53-public",
    "apigateway-execution",
    "redshift-connection",
    "redshift-user",
    "redshift-activity",
    undefined,
  ]);
});

describe("a dataset of several formats", () => {
  const among = FORMATS.filter(({ dataset }) => dataset === "aws.elb_logs");

  test("leaves it to the content which of them it is", () => {
    expect(readRecords(`${ELB}\n`, { settings: { among } })).toMatchObject({ format: "elb", counts: { unparsed: 0 } });
  });

  test("is the first of them when it can't be told", () => {
    expect(readRecords("hello\n", { settings: { among } })).toMatchObject({ format: "alb", counts: { unparsed: 1 } });
  });
});

test("a key that looks like a format's lets it be tried first, and decides nothing alone", () => {
  const key = "E2K2LNL5N3WR51.2026-11-03-09.a1b2c3d4";
  const fields = "#Fields: date time c-ip sc-status\n2026-11-03 09:05:00 198.51.100.7 200\n";
  expect(readRecords(fields).format).toBe("w3c");
  expect(readRecords(fields, { key }).format).toBe("cloudfront");
  expect(readRecords("hello\n", { key }).format).toBe("raw");
});

test("nothing is looked at beyond what could be a format of its kind", () => {
  const object = new FormatHint({ head: Buffer.from(' {"a":1}') });
  const line = new FormatHint({ head: Buffer.from(ELB) });
  expect(
    detectFormat(
      object,
      FORMATS.filter(({ shape }) => shape === "line"),
    ),
  ).toBeUndefined();
  expect(
    detectFormat(
      line,
      FORMATS.filter(({ shape }) => shape === "object"),
    ),
  ).toBeUndefined();
});
