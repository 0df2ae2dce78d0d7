import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readRecords } from "../read-records.testing.ts";
import { FORMATS, formatNamed } from "./index.ts";

const ELB =
  "acme-elb-logs/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/03/123456789012_elasticloadbalancing_eu-west-1_app.shop.50dc6c495c0c9188_20261103T0905Z_203.0.113.21_4xkd93mz.log.gz";

const ACCOUNT = "123456789012";
const AUDIT = `acme-audit-logs/AWSLogs/${ACCOUNT}`;

/** Format, records, blank lines and lines that don't fit, as fixtures/README.md lists them. */
test.each([
  [ELB, "alb", 40, 0, 0],
  ["acme-app-logs/elb/admin.log", "alb", 10, 0, 0],
  ["acme-app-logs/elb/admin-with-other-lines.log", "alb", 5, 0, 2],
  ["acme-app-logs/orders/2026/11/03/orders.ndjson", "json", 12, 0, 0],
  [
    `${AUDIT}/CloudTrail/eu-west-1/2026/11/03/${ACCOUNT}_CloudTrail_eu-west-1_20261103T0905Z_Mu0KsOhtH1ar15ZZ.json.gz`,
    "cloudtrail",
    12,
    0,
    0,
  ],
  [
    `${AUDIT}/CloudTrail-Digest/eu-west-1/2026/11/03/${ACCOUNT}_CloudTrail-Digest_eu-west-1_all-events_eu-west-1_20261103T091500Z.json.gz`,
    "cloudtrail",
    0,
    0,
    0,
  ],
  ["acme-audit-logs/exports/events.json", "cloudtrail", 3, 0, 0],
  [
    `${AUDIT}/vpcflowlogs/eu-west-1/2026/11/03/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261103T0905Z_1a2b3c4d.log.gz`,
    "vpc-flow",
    7,
    1,
    0,
  ],
  [
    `${AUDIT}/vpcflowlogs/eu-west-1/2026/11/03/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-0fedcba9876543210_20261103T0905Z_5e6f7a8b.log.gz`,
    "vpc-flow",
    3,
    1,
    0,
  ],
  ["acme-app-logs/text/untidy.log", "raw", 3, 5, 0],
  ["acme-app-logs/text/separators.log", "raw", 4, 0, 0],
  ["acme-app-logs/text/multi-member.log.gz", "raw", 5, 0, 0],
  ["acme-app-logs/text/grün tee+zucker 100% (neu).log", "raw", 2, 0, 0],
  ["acme-app-logs/text/empty.log", undefined, 0, 0, 0],
])("%s is %s", (path, format, records, skipped, unparsed) => {
  const stored = readFileSync(
    new URL(`../../../../../fixtures/objects/${encodeURIComponent(path).replaceAll("%2F", "/")}`, import.meta.url),
  );
  const read = readRecords([path.endsWith(".gz") ? gunzipSync(stored) : stored]);
  expect(read).toMatchObject({ format, counts: { in: records, skipped, unparsed } });
  expect(read.records).toHaveLength(records);
});

test("formats are known by their names and by the datasets they yield", () => {
  expect(["alb", "aws.elb_logs", "json", "raw"].map((name) => formatNamed(name)?.name)).toEqual([
    "alb",
    "alb",
    "json",
    "raw",
  ]);
  expect(["ALB", "", "aws.cloudtrail_x", "toString"].map(formatNamed)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  for (const { name } of FORMATS) expect(formatNamed(name)?.name).toBe(name);
});

test("raw lines stay as they are, whatever they hold", () => {
  const lines = ['{"a":1}', '\ttab, \\ and "quotes"', "\u001b[31mred\u001b[0m", "nul \0 byte", "ü 😀 \u2028"];
  const { records } = readRecords(lines.join("\n"), { format: "raw" });
  expect(records.map(({ document }) => document.message)).toEqual(lines);
  expect(records.map(({ timestampFrom }) => timestampFrom)).toEqual(lines.map(() => "arrival"));
});
