import { readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readRecords } from "../read-records.testing.ts";

// Whole documents of the fixtures' records, but for the message: `UPDATE_GOLDEN=1 vitest run golden` writes them anew.

const AUDIT = "acme-audit-logs/AWSLogs/123456789012";
const DAY = "eu-west-1/2026/11/03/123456789012";

test.each([
  ["cloudtrail", `${AUDIT}/CloudTrail/${DAY}_CloudTrail_eu-west-1_20261103T0905Z_Mu0KsOhtH1ar15ZZ.json.gz`],
  ["vpc-flow", `${AUDIT}/vpcflowlogs/${DAY}_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261103T0905Z_1a2b3c4d.log.gz`],
  [
    "vpc-flow-custom",
    `${AUDIT}/vpcflowlogs/${DAY}_vpcflowlogs_eu-west-1_fl-0fedcba9876543210_20261103T0905Z_5e6f7a8b.log.gz`,
  ],
])("%s", (name, key) => {
  const stored = readFileSync(new URL(`../../../../../fixtures/objects/${key}`, import.meta.url));
  const { records } = readRecords([gunzipSync(stored)]);
  const documents = records.map(({ document: { message: _, ...rest } }) => rest);
  const golden = new URL(`golden/${name}.json`, import.meta.url);
  if (env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, `${JSON.stringify(documents, null, 2)}\n`);
  expect(documents).toEqual(JSON.parse(readFileSync(golden, "utf8")));
});
