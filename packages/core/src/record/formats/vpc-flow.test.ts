import { describe, expect, test } from "vitest";
import { ARRIVAL, member, readRecords } from "../read-records.testing.ts";

const HEADER =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const VALUES = [
  "2",
  "123456789012",
  "eni-1235b8ca123456789",
  "172.31.16.139",
  "172.31.16.21",
  "20641",
  "22",
  "6",
  "20",
  "4249",
  "1793696410",
  "1793696468",
  "ACCEPT",
  "OK",
] as const;
const line = (changes: Readonly<Record<number, string>> = {}): string =>
  VALUES.map((value, i) => changes[i] ?? value).join(" ");

test.each<[string, Readonly<Record<number, string>>, Readonly<Record<string, unknown>>]>([
  [
    "a flow",
    {},
    {
      "@timestamp": "2026-11-03T09:01:08.000Z",
      "event.start": "2026-11-03T09:00:10.000Z",
      "event.end": "2026-11-03T09:01:08.000Z",
      "source.port": 20641,
      "source.bytes": 4249,
      "network.bytes": 4249,
      "network.packets": 20,
      "event.type": ["connection", "allowed"],
    },
  ],
  [
    "one refused",
    { 12: "REJECT" },
    {
      "event.action": "REJECT",
      "event.outcome": "failure",
      "event.type": ["connection", "denied"],
      "aws.vpcflow.action": "REJECT",
    },
  ],
  ["no action", { 12: "-" }, { "event.action": undefined, "event.outcome": undefined, "event.type": ["connection"] }],
  [
    "IPv6",
    { 3: "2001:db8::1", 4: "2001:db8::2", 7: "58" },
    { "network.type": "ipv6", "network.transport": "ipv6-icmp", "related.ip": ["2001:db8::1", "2001:db8::2"] },
  ],
  ["UDP", { 7: "17" }, { "network.transport": "udp", "network.iana_number": "17" }],
  ["a protocol without a name", { 7: "253" }, { "network.transport": undefined, "network.iana_number": "253" }],
  [
    "numbers that are none",
    { 5: "http", 8: "-1", 9: "0x10" },
    { "source.port": undefined, "network.packets": undefined, "source.bytes": undefined },
  ],
  [
    "an account that AWS doesn't tell",
    { 1: "unknown" },
    { "aws.vpcflow.account_id": "unknown", "cloud.account": undefined },
  ],
  ["no start", { 10: "-" }, { "event.start": undefined, "@timestamp": "2026-11-03T09:01:08.000Z" }],
])("%s", (_, changes, expected) => {
  for (const text of [line(changes), `${HEADER}\n${line(changes)}`]) {
    const { records, counts } = readRecords(text, { format: "vpc-flow" });
    expect(counts).toMatchObject({ in: 1, unparsed: 0 });
    for (const [path, value] of Object.entries(expected))
      expect([path, member(records[0]?.document, path)]).toEqual([path, value]);
  }
});

test.each(["NODATA", "SKIPDATA"])("%s: a record without addresses", (status) => {
  const text = `2 123456789012 eni-1 - - - - - - - 1793696410 1793696468 - ${status}`;
  const { records } = readRecords(text);
  expect(records[0]?.document).toMatchObject({
    "@timestamp": "2026-11-03T09:01:08.000Z",
    aws: { vpcflow: { log_status: status } },
  });
  for (const name of ["source", "destination", "network", "related"])
    expect(records[0]?.document).not.toHaveProperty(name);
});

describe("the order of fields", () => {
  const of = (text: string): ReturnType<typeof readRecords> =>
    readRecords(text, { get: ["source.ip", "event.reason"] });

  test("is the header's, and the next header's when files were put together", () => {
    const text = `dstaddr srcaddr end\n10.0.0.2 10.0.0.1 1793696468\nend srcaddr new-field\n1793696469 10.0.0.3 x\n`;
    const { records, counts, format } = of(text);
    expect([format, counts]).toEqual(["vpc-flow", { in: 2, skipped: 2, unparsed: 0 }]);
    expect(records.map(({ fields }) => fields["source.ip"])).toEqual(["10.0.0.1", "10.0.0.3"]);
    expect(records.map(({ document }) => document["@timestamp"])).toEqual([
      "2026-11-03T09:01:08.000Z",
      "2026-11-03T09:01:09.000Z",
    ]);
  });

  test("without times the record's time is borrowed; with only a start, that", () => {
    const { records } = of("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n");
    expect(records[0]).toMatchObject({
      timestampFrom: "arrival",
      document: { "@timestamp": new Date(ARRIVAL).toISOString() },
    });
    expect(of("srcaddr start\n10.0.0.1 1793696410\n").records[0]?.document["@timestamp"]).toBe(
      "2026-11-03T09:00:10.000Z",
    );
  });

  test("is the guide's for lines of all fields of a version and no header", () => {
    const five = `${line()} vpc-1 subnet-1 i-1 3 IPv4 10.0.0.1 10.0.0.2 eu-west-1 euw1-az1 - - S3 - egress 8`;
    const eight = `${five} - - - - - - - - - - BPA`;
    expect(of(five).records[0]?.document).toMatchObject({
      network: { direction: "egress" },
      cloud: { region: "eu-west-1" },
    });
    expect(of(eight).records[0]?.fields["event.reason"]).toBe("BPA");
  });
});

describe("what is no record goes on as it is, tagged", () => {
  test.each([
    ["too few fields", `${HEADER}\n${VALUES.slice(1).join(" ")}`],
    ["too many", `${HEADER}\n${line()} 1`],
    ["a time that is none", `${HEADER}\n${line({ 11: "soon" })}`],
    ["no header and another number of fields", VALUES.slice(2).join(" ")],
    ["no header and another order", line({ 13: "eu-west-1" })],
    ["words", "fourteen words that stand one by one in a row are still no flow"],
  ])("%s", (_, text) => {
    const { records, counts } = readRecords(text, { format: "vpc-flow" });
    expect(counts).toMatchObject({ in: 1, unparsed: 1 });
    expect(records[0]).toMatchObject({ tags: ["unparsed"], timestampFrom: "arrival" });
  });
});

test("whatever stands there, documents are sound", () => {
  const { records } = readRecords(`${HEADER}\n${line({ 2: 'eni"\\', 3: "\t", 13: "ü" })}`);
  expect(member(records[0]?.document, "aws.vpcflow.interface_id")).toBe('eni"\\');
});

test("raw: the time is read, fields are not", () => {
  const { records, counts } = readRecords(`${HEADER}\n${line()}\n`, { settings: { fields: false } });
  expect(counts).toEqual({ in: 1, skipped: 1, unparsed: 0 });
  expect(records[0]?.document).toMatchObject({ "@timestamp": "2026-11-03T09:01:08.000Z", message: line() });
  expect(records[0]?.document).not.toHaveProperty("source");
});

test("is known by its header or the default format: other columns are not enough", () => {
  const format = (text: string): string | undefined => readRecords(text).format;
  expect([HEADER, line(), "srcaddr x", "version 2", "name version", line({ 13: "-" }), "version"].map(format)).toEqual([
    "vpc-flow",
    "vpc-flow",
    "vpc-flow",
    "vpc-flow",
    "raw",
    "raw",
    "raw",
  ]);
});
