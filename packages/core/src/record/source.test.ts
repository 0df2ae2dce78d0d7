import { describe, expect, test } from "vitest";
import type { SourceConfig } from "../config/config.ts";
import type { OpenItem } from "../envelope/item.ts";
import { compileSources } from "./source.ts";

const OBJECT: OpenItem = {
  kind: "object",
  path: [],
  ref: {
    store: "s3",
    bucket: "acme-elb-logs",
    key: "AWSLogs/1/elasticloadbalancing/eu-west-1/x.log.gz",
    account: "123",
    region: "eu-west-1",
  },
};
const LOGS: OpenItem = {
  kind: "logs",
  path: [],
  batch: { owner: "123", region: "eu-west-1", group: "/aws/lambda/shop/checkout", stream: "2026/11/03/[$LATEST]4459" },
  events: { form: "parsed", list: [], count: 0, firstId: "", lastId: "" },
};
const BYTES: OpenItem = {
  kind: "bytes",
  path: [],
  stream: {
    service: "kinesis",
    arn: "arn:aws:kinesis:eu-west-1:123:stream/orders",
    shard: "s",
    sequence: "1",
    region: "eu-west-1",
    account: "123",
    arrival: 0,
  },
  bytes: new Uint8Array(0),
};
const DIRECT: OpenItem = { kind: "direct", path: [], stream: "checkout", records: [] };

const source = (match: SourceConfig["match"], over: Partial<SourceConfig> = {}): SourceConfig => ({
  match,
  parse: "ecs",
  tags: [],
  fields: {},
  ...over,
});

describe("the first source that matches wins", () => {
  const index = (item: OpenItem, ...matches: SourceConfig["match"][]): number | undefined =>
    compileSources(matches.map((match) => source(match)))(item).index;

  test("in the order of the config", () => {
    expect(index(OBJECT, { bucket: "other" }, { bucket: "acme-*" }, { bucket: "acme-elb-logs" })).toBe(1);
    expect(index(OBJECT, { bucket: "other" })).toBeUndefined();
    expect(index(OBJECT)).toBeUndefined();
  });

  test("a source without conditions takes everything", () => {
    expect([OBJECT, LOGS, BYTES, DIRECT].map((item) => index(item, {}))).toEqual([0, 0, 0, 0]);
  });

  test.each<[string, OpenItem, SourceConfig["match"], boolean]>([
    ["* stays within a folder of a key", OBJECT, { key: "AWSLogs/*/x.log.gz" }, false],
    ["** goes through folders of a key", OBJECT, { key: "**/elasticloadbalancing/**" }, true],
    ["* goes through the slashes of a log group", LOGS, { logGroup: "/aws/lambda/*" }, true],
    ["* goes through the slashes of a log stream", LOGS, { logStream: "2026*4459" }, true],
    ["an exact name is not a prefix", LOGS, { logGroup: "/aws/lambda/shop" }, false],
    ["a stream by its ARN", BYTES, { streamArn: "arn:aws:kinesis:*:stream/orders" }, true],
    ["account and region, objects", OBJECT, { account: "123", region: "eu-*" }, true],
    ["account and region, logs", LOGS, { account: "123", region: "eu-*" }, true],
    ["account and region, streams", BYTES, { account: "123", region: "us-*" }, false],
    ["all conditions must hold", OBJECT, { bucket: "acme-elb-logs", key: "other/**" }, false],
    ["a condition on what the item hasn't never holds", LOGS, { bucket: "*" }, false],
    ["nor for a program's records", DIRECT, { account: "*" }, false],
  ])("%s", (_, item, match, matches) => {
    expect(index(item, match)).toBe(matches ? 0 : undefined);
  });

  test("an account that isn't known matches no condition on it", () => {
    expect(
      index({ kind: "object", path: [], ref: { store: "s3", bucket: "b", key: "k" } }, { account: "**" }),
    ).toBeUndefined();
  });
});

describe("format and dataset", () => {
  const settings = (item: OpenItem, over: Partial<SourceConfig>) => {
    const { format, dataset } = compileSources([source({}, over)])(item);
    return [format?.name, dataset];
  };

  test.each<[string, OpenItem, Partial<SourceConfig>, [string | undefined, string | undefined]]>([
    ["nothing said, object: by content", OBJECT, {}, [undefined, undefined]],
    ["nothing said, stream: by content", BYTES, {}, [undefined, undefined]],
    ["nothing said, log group of a known name", LOGS, {}, ["lambda", "aws.lambda_logs"]],
    [
      "nothing said, any other log group: by content",
      { ...LOGS, batch: { ...LOGS.batch, group: "/shop" } },
      {},
      [undefined, undefined],
    ],
    ["a dataset names its format", OBJECT, { dataset: "aws.cloudtrail" }, ["cloudtrail", "aws.cloudtrail"]],
    ["a format names its dataset", OBJECT, { format: "alb" }, ["alb", "aws.elb_logs"]],
    ["a format without one leaves it open", OBJECT, { format: "json" }, ["json", undefined]],
    [
      "the format goes before the dataset's",
      OBJECT,
      { format: "json", dataset: "aws.elb_logs" },
      ["json", "aws.elb_logs"],
    ],
    ["a dataset that no format yields: lines as they are", OBJECT, { dataset: "acme.orders" }, ["raw", "acme.orders"]],
    ["a format for a log group", LOGS, { format: "json" }, ["json", undefined]],
    ["a dataset for a log group", LOGS, { dataset: "acme.checkout" }, ["raw", "acme.checkout"]],
  ])("%s", (_, item, over, expected) => {
    expect(settings(item, over)).toEqual(expected);
  });
});

test("the rest of a source is handed on, with defaults", () => {
  const given = source({}, { namespace: "prod", parse: "raw", tags: ["t"], fields: { team: "a" } });
  expect(compileSources([given])(OBJECT)).toMatchObject({
    index: 0,
    namespace: "prod",
    fields: false,
    tags: ["t"],
    constants: { team: "a" },
  });
  expect(compileSources([])(OBJECT)).toEqual({
    index: undefined,
    format: undefined,
    dataset: undefined,
    namespace: "default",
    fields: true,
    access: {},
    otel: false,
    tags: [],
    constants: {},
  });
  const access = { role: "arn:aws:iam::210987654321:role/r", region: "us-east-2" };
  expect(compileSources([source({}, access)])(OBJECT).access).toEqual(access);
});

describe("framing", () => {
  const settings = (
    over: Partial<SourceConfig>,
    item: OpenItem = OBJECT,
  ): ReturnType<ReturnType<typeof compileSources>> => compileSources([source({}, over)])(item);

  test.each<[SourceConfig["framing"], unknown]>([
    [undefined, undefined],
    [{ type: "auto" }, undefined],
    [{ type: "lines" }, "lines"],
    [{ type: "json-array", path: "a.b" }, { array: ["a", "b"] }],
    [{ type: "json-array", path: ["a.b"] }, { array: ["a.b"] }],
    [{ type: "json-array", path: "" }, { array: [] }],
  ])("%j is %j", (framing, expected) => {
    expect(settings({ framing }).framing).toEqual(expected);
  });

  test("of tables comes with their format, unless another is named", () => {
    const framing = { type: "csv", delimiter: ";", quotes: true, header: true } as const;
    const table = { delimiter: ";", quotes: true, header: true };
    const read = settings({ framing, dataset: "aws.elb_logs" });
    expect([read.framing, read.table, read.format?.name]).toEqual([{ csv: table }, table, "csv"]);
    expect(settings({ framing, format: "raw" }).format?.name).toBe("raw");
  });

  test("no log event is a header", () => {
    expect(settings({ format: "csv" }, LOGS).table).toEqual({ header: false });
    const framing = { type: "tsv", delimiter: "\t", quotes: true, header: ["a"] } as const;
    expect(settings({ framing }, LOGS).table).toMatchObject({ header: ["a"] });
  });
});
