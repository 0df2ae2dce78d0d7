import { expect, test } from "vitest";
import { readRecords } from "../read-records.testing.ts";
import { renamed } from "./renamed.ts";

test.each<[unknown, unknown]>([
  [
    { accessKeyId: 1, IpV4Addresses: ["a"], dbARNList: 2, x2Y: 3 },
    { access_key_id: 1, ip_v4_addresses: ["a"], db_arn_list: 2, x2_y: 3 },
  ],
  [{ a: null, b: "", c: [], d: {}, e: { f: null }, g: [null, "", { h: [] }] }, undefined],
  [
    { a: false, b: 0, c: [0, false] },
    { a: false, b: 0, c: [0, false] },
  ],
  [{ groupId: 1, groupName: "n" }, { group: { id: 1, name: "n" } }],
  [
    { outer: { inner: { innerName: 1 } }, innerName: 2 },
    { outer: { inner: { mine: 1 } }, inner_name: 2 },
  ],
  [{ kept: { SomeThing: null, Other: 1 } }, { kept: { SomeThing: null, Other: 1 } }],
  [
    { startedAt: 1762160400.218, endTime: "x", score: 64500 },
    { started_at: "2025-11-03T09:00:00.218Z", end_time: "x", score: "64500" },
  ],
])("%j", (value, expected) => {
  const names = { groupId: "group.id", groupName: "group.name", "inner.innerName": "mine", score: "score:text" };
  const out = renamed(JSON.parse(JSON.stringify(value)), names, new Set(["kept"]));
  expect(JSON.stringify(out)).toBe(JSON.stringify(expected));
});

test("a member may be called like one that all objects have", () => {
  const out = renamed(JSON.parse('{"__proto__":{"polluted":1},"constructor":1}'), {}, new Set());
  expect(JSON.stringify(out)).toBe('{"__proto__":{"polluted":1},"constructor":1}');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("numbers that no double holds stay as they are written", () => {
  const line = JSON.stringify({
    schemaVersion: "2.0",
    updatedAt: "2026-11-03T09:05:00Z",
    severity: 5,
    resource: { resourceType: "Instance" },
    service: { count: "COUNT", eventFirstSeen: 1762160400 },
  }).replace('"COUNT"', "9007199254740993");
  const { records } = readRecords(line, { format: "guardduty" });
  expect(records[0]?.json).toContain('"count":9007199254740993');
});

test("what is within a field of JSON is found by its name", () => {
  const line = JSON.stringify({
    schemaVersion: "2.0",
    updatedAt: "2026-11-03T09:05:00Z",
    severity: 5,
    resource: { resourceType: "Instance", instanceDetails: { instanceId: "i-1" } },
    service: {},
  });
  const names = [
    "aws.guardduty.resource.type",
    "aws.guardduty.resource.instance_details.instance.id",
    "aws.guardduty.resource.nothing",
    "aws.guardduty.service.type",
    "aws.guardduty.id.more",
    "constructor.name",
  ];
  const { records } = readRecords(line, { format: "guardduty", get: names });
  expect(Object.values(records[0]?.fields ?? {})).toEqual([
    "Instance",
    "i-1",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("an event of several findings has its own fields, and all of them in its message", () => {
  const finding = { SchemaVersion: "2018-10-08", AwsAccountId: "1", ProductArn: "p", Title: "t" };
  const event = {
    source: "aws.securityhub",
    account: "2",
    time: "2026-11-03T09:05:00Z",
    "detail-type": "Custom",
    detail: {},
  };
  const lineOf = (count: number): string =>
    JSON.stringify({ ...event, detail: { findings: Array.from({ length: count }, () => finding) } });
  const get = ["cloud.account.id", "rule.name", "event.action"];
  const { records } = readRecords([0, 1, 2].map((count) => `${lineOf(count)}\n`).join(""), { get });
  expect(records.map(({ fields }) => Object.values(fields))).toEqual([
    ["2", undefined, "Custom"],
    ["1", "t", "Custom"],
    ["2", undefined, "Custom"],
  ]);
  expect(records[2]?.document.message).toBe(lineOf(2));
});
