import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../config/parse-config.ts";
import { createPipeline } from "../../pipeline.ts";
import { scriptedSink } from "../../sink/scripted-sink.testing.ts";
import { type ReadRecord, readRecords } from "../read-records.testing.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../../../fixtures/formats/${name}`, import.meta.url), "utf8");

/** All but the record itself and its place. */
const fieldsOf = ({ document: { message: _message, log: _log, ...fields } }: ReadRecord): Record<string, unknown> =>
  fields;

function read(format: string, columns: readonly string[], text: string) {
  return readRecords(text, { format, settings: { columns } });
}

describe("real-time logs of CloudFront", () => {
  const all = fixture("cloudfront-realtime/all.log").trimEnd().split("\n");
  const places: Readonly<Record<string, number>> = {
    timestamp: 0,
    "c-ip": 1,
    "sc-status": 4,
    "cs-method": 6,
    "cs-protocol": 7,
    "cs-uri-stem": 9,
    "x-edge-request-id": 12,
    "x-host-header": 13,
    "cs-uri-query": 20,
    "cs-user-agent": 17,
  };
  const cut = (names: readonly string[]): string =>
    all.map((line) => names.map((name) => line.split("\t")[places[name] ?? 2]).join("\t")).join("\n");
  const chosen = [
    "cs-uri-query",
    "cs-method",
    "c-ip",
    "timestamp",
    "sc-status",
    "cs-protocol",
    "x-host-header",
    "cs-uri-stem",
    "cs-user-agent",
  ];

  test("of chosen fields have them, in any order", () => {
    const whole = readRecords(fixture("cloudfront-realtime/all.log"));
    const { records, counts, format } = read("cloudfront-realtime", chosen, cut(chosen));
    expect(format).toBe("cloudfront-realtime");
    expect(counts).toMatchObject({ in: all.length, unparsed: 0 });
    for (const [i, record] of records.entries()) {
      const wanted = fieldsOf(whole.records[i] as ReadRecord);
      const found = fieldsOf(record);
      for (const name of ["@timestamp", "source", "http", "url", "user_agent", "destination"]) {
        if (name === "@timestamp" || name === "user_agent") expect(found[name]).toEqual(wanted[name]);
        else expect(wanted[name]).toMatchObject(found[name] as object);
      }
    }
    expect(records[0]?.document).toMatchObject({
      "@timestamp": "2026-11-03T09:05:02.123Z",
      event: { dataset: "aws.cloudfront_logs", outcome: "success" },
      http: { request: { method: "GET" }, response: { status_code: 200 } },
      source: { ip: "198.51.100.17" },
      url: { full: "https://www.example.com/img/logo.svg" },
    });
  });

  test("pass over fields that aren't wanted", () => {
    const names = chosen.map((name) => (name === "x-host-header" ? "-" : name));
    const [record] = read("cloudfront-realtime", names, cut(chosen)).records;
    expect(record?.document).toMatchObject({ url: { full: "https:///img/logo.svg" } });
    expect(record && fieldsOf(record)).not.toHaveProperty("destination");
  });

  test("without the timestamp have the time of their arrival", () => {
    const names = ["c-ip", "sc-status"];
    const { records, counts } = read("cloudfront-realtime", names, cut(names));
    expect(counts).toMatchObject({ in: all.length, unparsed: 0 });
    expect(records[0]?.timestampFrom).not.toBe("record");
  });

  test("with more or fewer fields than were named, or no time in their place, are raw lines", () => {
    const lines = ["GET\t198.51.100.17\t1793696702.123", `${cut(chosen)}\tmore`, cut([...chosen].reverse())];
    for (const line of lines)
      expect(read("cloudfront-realtime", chosen, line.split("\n").at(-1) as string).counts).toMatchObject({
        unparsed: 1,
      });
  });

  test("of any chosen fields, those not known yet among them", () => {
    const names = ["timestamp", "c-ip", "cmcd-session-id", "r-host", "sr-reason"];
    const { records, counts } = read("cloudfront-realtime", names, "1793696702.123\t198.51.100.17\tabc\t-\t-");
    expect(counts).toMatchObject({ in: 1, unparsed: 0 });
    expect(records[0]?.document).toMatchObject({ source: { ip: "198.51.100.17" } });
  });
});

test("standard logs of CloudFront in plain text, of chosen fields", () => {
  const line = "192.0.2.1\t09:05:02\tGET\t2026-11-03\t404";
  const { records } = read("cloudfront", ["c-ip", "time", "cs-method", "date", "sc-status"], line);
  expect(records[0]?.document).toMatchObject({
    "@timestamp": "2026-11-03T09:05:02.000Z",
    http: { request: { method: "GET" }, response: { status_code: 404 } },
  });
});

describe("flow logs", () => {
  const [header = "", ...lines] = fixture("vpc-flow/transit-gateway-own-order.log").trimEnd().split("\n");
  const columns = header.split(" ");

  test("of an order of one's own have, without a header, the fields that they have with one", () => {
    const headed = readRecords([header, ...lines].join("\n"));
    const bare = read("vpc-flow", columns, lines.join("\n"));
    expect(headed.format).toBe("vpc-flow");
    expect(bare.counts).toEqual({ in: lines.length, skipped: 0, unparsed: 0 });
    expect(bare.records.map(fieldsOf)).toEqual(headed.records.map(fieldsOf));
    expect(readRecords(lines.join("\n")).format).not.toBe("vpc-flow");
  });

  test("go by a header where there is one after all", () => {
    const { records, counts } = read("vpc-flow", ["srcaddr", "dstaddr"], [header, ...lines].join("\n"));
    expect(counts).toEqual({ in: lines.length, skipped: 1, unparsed: 0 });
    expect(records.map(fieldsOf)).toEqual(readRecords([header, ...lines].join("\n")).records.map(fieldsOf));
  });

  test("in a log group are told by the config", async () => {
    const sink = scriptedSink();
    const match = { logGroup: "flow-*" };
    const config = {
      sources: [{ match, format: "vpc-flow", columns: ["dstaddr", "srcaddr", "-", "end"] }],
      sinks: { one: { type: "one" } },
    };
    const pipeline = createPipeline(parseConfig(config), { sinks: async () => sink.definition });
    const logEvents = ["10.0.0.1 10.0.0.2 x 1793696702", "10.0.0.1 10.0.0.2"].map((message, i) => {
      return { id: String(i), timestamp: 1_793_696_000_000, message };
    });
    const data = { messageType: "DATA_MESSAGE", owner: "1", logGroup: "flow-a", logStream: "s", logEvents };
    const { counts } = await pipeline.handle({
      awslogs: { data: Buffer.from(JSON.stringify(data)).toString("base64") },
    });
    expect(counts).toMatchObject({ in: 2, unparsed: 1, delivered: { one: 2 } });
  });
});

test("any server's log in the extended format without its directives", () => {
  const { records } = read("w3c", ["date", "time", "c-ip", "-", "x-own"], "2026-11-03 09:05:02 192.0.2.1 secret value");
  expect(records[0]?.document).toMatchObject({
    "@timestamp": "2026-11-03T09:05:02.000Z",
    labels: { "x-own": "value" },
  });
  expect(JSON.stringify(records[0] && fieldsOf(records[0]))).not.toContain("secret");
});
