import { describe, expect, test } from "vitest";
import { member, type ReadOptions, type ReadRecord, readRecords } from "../read-records.testing.ts";

const EVENT = {
  eventVersion: "1.11",
  userIdentity: { type: "IAMUser", principalId: "AIDA1", accountId: "123456789012", userName: "alice" },
  eventTime: "2026-11-03T09:00:04Z",
  eventSource: "ec2.amazonaws.com",
  eventName: "RunInstances",
  awsRegion: "eu-west-1",
  sourceIPAddress: "203.0.113.7",
  requestParameters: null,
  eventID: "e-1",
} as const;

const file = (...events: readonly unknown[]): string => JSON.stringify({ Records: events });

function only(changes: object, options: ReadOptions = {}): ReadRecord {
  const { records, counts } = readRecords(file({ ...EVENT, ...changes }), options);
  expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 0 });
  return records[0] as ReadRecord;
}

/** What is special about some members. */
test.each<[string, object, Readonly<Record<string, unknown>>]>([
  [
    "a service as the source",
    { sourceIPAddress: "s3.amazonaws.com" },
    { "source.address": "s3.amazonaws.com", "source.ip": undefined },
  ],
  ["IPv6", { sourceIPAddress: "2001:db8::1" }, { "source.ip": "2001:db8::1" }],
  [
    "no address that is one",
    { sourceIPAddress: "1.2.3.400" },
    { "source.address": "1.2.3.400", "source.ip": undefined },
  ],
  [
    "an error code",
    { errorCode: "AccessDenied" },
    { "event.outcome": "failure", "error.code": "AccessDenied", "aws.cloudtrail.error_code": "AccessDenied" },
  ],
  ["an error message", { errorMessage: 'no "x"' }, { "event.outcome": "failure", "error.message": 'no "x"' }],
  ["errors that say nothing", { errorCode: "", errorMessage: null }, { "event.outcome": "success", error: undefined }],
  [
    "a login that worked",
    { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Success" }, errorMessage: "?" },
    { "event.outcome": "success", "event.category": ["authentication"] },
  ],
  [
    "a login with another word",
    { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Maybe" } },
    { "event.outcome": "success" },
  ],
  ["the same elsewhere", { responseElements: { ConsoleLogin: "Failure" } }, { "event.outcome": "success" }],
  ["an action that isn't sorted", {}, { "event.type": ["info"], "event.category": undefined }],
  [
    "an action that is",
    { eventName: "DeleteGroup" },
    { "event.type": ["group", "deletion"], "event.category": ["iam"] },
  ],
  ["a name of the prototype's", { eventName: "constructor" }, { "event.type": ["info"] }],
  ["empty parameters", { requestParameters: {} }, { "aws.cloudtrail.request_parameters": undefined }],
  [
    "parameters",
    { requestParameters: { a: ['"\\', 1] } },
    { "aws.cloudtrail.request_parameters": '{"a":["\\"\\\\",1]}' },
  ],
  ["numbers where text is expected", { apiVersion: 1.5 }, { "aws.cloudtrail.api_version": "1.5" }],
  ["objects where text is expected", { apiVersion: { a: 1 } }, { "aws.cloudtrail.api_version": undefined }],
  ["text where true or false is expected", { readOnly: "true" }, { "aws.cloudtrail.read_only": undefined }],
  [
    "a role's name",
    { userIdentity: { sessionContext: { sessionIssuer: { userName: "r" } } } },
    { "user.name": "r", related: undefined },
  ],
  [
    "a user's name before the role's",
    { userIdentity: { userName: "u", sessionContext: { sessionIssuer: { userName: "r" } } } },
    { "user.name": "u" },
  ],
  ["the account that the event came to", { userIdentity: {}, recipientAccountId: "2" }, { "cloud.account.id": "2" }],
  ["the caller's account before that", { recipientAccountId: "2" }, { "cloud.account.id": "123456789012" }],
  ["characters beyond ASCII", { userAgent: "grün 😀" }, { "user_agent.original": "grün 😀" }],
  ["an old protocol", { tlsDetails: { tlsVersion: "SSLv3" } }, { "tls.version": "3", "tls.version_protocol": "ssl" }],
  ["no protocol", { tlsDetails: { tlsVersion: "-" } }, { tls: undefined }],
  ["resources with nothing known", { resources: [{ x: 1 }, {}] }, { "aws.cloudtrail.resources": undefined }],
  ["resources that aren't objects", { resources: ["a", { ARN: "b" }] }, { "aws.cloudtrail.resources": undefined }],
  [
    "resources with all sorts in them",
    { resources: [{ ARN: 'a"}', x: { y: [1] } }, null, 1, { type: "t" }] },
    { "aws.cloudtrail.resources": [{ arn: 'a"}' }, { type: "t" }] },
  ],
  [
    "users each once",
    { requestParameters: { userName: "alice", newUserName: "b" } },
    { "related.user": ["alice", "b"], "user.target.name": "alice", "user.changes.name": "b" },
  ],
])("%s", (_, changes, expected) => {
  const { document } = only(changes);
  for (const [path, value] of Object.entries(expected)) expect([path, member(document, path)]).toEqual([path, value]);
});

test("fields can be asked for by name, as they stand in the document", () => {
  const { document, fields } = only(
    { readOnly: true, errorMessage: 'no "x"', resources: [{ ARN: "a" }], userAgent: "ü\n" },
    {
      get: [
        "event.action",
        "event.id",
        "source.ip",
        "event.type",
        "aws.cloudtrail.read_only",
        "error.message",
        "user_agent.original",
        "aws.cloudtrail.resources",
        "cloud.account.id",
        "aws.cloudtrail.user_identity.type",
      ],
    },
  );
  for (const [name, value] of Object.entries(fields)) expect([name, value]).toEqual([name, member(document, name)]);
  expect(Object.values(fields)).not.toContain(undefined);
});

test("what the config says of the source stands against the event's account and region, its fields by default not", () => {
  const constants = { "cloud.region": "of the config" };
  const { document, fields } = only({}, { settings: { constants }, get: ["cloud.region", "cloud.account.id"] });
  expect(document.cloud).toMatchObject({ region: "of the config", account: { id: "123456789012" } });
  expect(fields).toEqual({ "cloud.region": "of the config", "cloud.account.id": "123456789012" });
});

test("raw: the time is read, fields are not", () => {
  const settings = { fields: false };
  const { document } = only({}, { settings });
  expect(document).toMatchObject({ "@timestamp": "2026-11-03T09:00:04.000Z", message: JSON.stringify(EVENT) });
  for (const group of ["user", "source", "tls"]) expect(document).not.toHaveProperty(group);
});

test("pretty-printed events stay one line, message and all", () => {
  const text = JSON.stringify({ Records: [{ ...EVENT, requestParameters: { a: [1, 2] } }] }, null, 2);
  const { records } = readRecords(text);
  expect(records[0]?.json).not.toContain("\n");
  expect(records[0]?.document.message).toContain('\n      "eventVersion": "1.11",');
  expect(member(records[0]?.document, "aws.cloudtrail.request_parameters")).toContain('"a": [\n');
});

describe("what is no event goes on as it is, tagged", () => {
  test.each([
    ["no time", { ...EVENT, eventTime: undefined }],
    ["a time that is none", { ...EVENT, eventTime: "2026-02-30T09:00:04Z" }],
    ["a time elsewhere", { ...EVENT, eventTime: undefined, requestParameters: { eventTime: EVENT.eventTime } }],
    ["a number", 1],
    ["an array", [EVENT]],
    ["text", '{"eventTime":"2026-11-03T09:00:04Z"}'],
  ])("%s", (_, event) => {
    for (const fields of [true, false]) {
      const { records, counts } = readRecords(file(EVENT, event), { settings: { fields } });
      expect(counts).toEqual({ in: 2, skipped: 0, unparsed: 1 });
      expect(records[1]).toMatchObject({ tags: ["unparsed"], document: { message: JSON.stringify(event) } });
    }
  });

  test("JSON that isn't, though its brackets match", () => {
    const { records, counts } = readRecords(`{"Records":[${JSON.stringify(EVENT)},{"a" 1}]}`);
    expect([counts.unparsed, records[1]?.document.message]).toEqual([1, '{"a" 1}']);
  });
});

describe("is known by its content", () => {
  const format = (text: string, key = "k"): string | undefined => {
    const events = readRecords(text, { key });
    return events.format;
  };
  const KEY =
    "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/03/123456789012_CloudTrail_eu-west-1_20261103T0905Z_Mu0K.json.gz";

  test.each([
    ["a file", file(EVENT), "cloudtrail"],
    ["a file of which more is said first", JSON.stringify({ by: { x: ["]"] }, Records: [EVENT] }), "cloudtrail"],
    ["events on lines", `${JSON.stringify(EVENT)}\n${JSON.stringify(EVENT)}\n`, "cloudtrail"],
    ["S3's own notifications", file({ ...EVENT, eventVersion: "2.1", eventSource: "aws:s3" }), "json"],
    ["records of something else", file({ a: 1 }), "json"],
    ["JSON", '{"a":1}\n', "json"],
    ["lines", "eventVersion\n", "raw"],
  ])("%s", (_, text, expected) => {
    expect(format(text)).toBe(expected);
  });

  test("or by its key, when nothing speaks against it", () => {
    expect(format('{"Records":[]}', KEY)).toBe("cloudtrail");
    expect(format('{"Records":[]}')).toBe("json");
    expect(format("text\n", KEY)).toBe("raw");
  });

  test("chunk by chunk", () => {
    const bytes = [...Buffer.from(file(EVENT, EVENT))].map((byte) => Uint8Array.of(byte));
    expect(readRecords(bytes)).toMatchObject({ format: "cloudtrail", counts: { in: 2, unparsed: 0 } });
  });

  test("digests have no records, also where the config names the format", () => {
    const digest =
      '{"awsAccountId":"1","digestStartTime":"2026-11-03T08:15:00Z","digestEndTime":"2026-11-03T09:15:00Z"}';
    for (const options of [{}, { format: "cloudtrail" }])
      expect(readRecords(digest, options)).toMatchObject({ format: "cloudtrail", counts: { in: 0, skipped: 0 } });
  });

  test("a config that names the format means files, or events on lines, and nothing else", () => {
    const read = (text: string): unknown => readRecords(text, { format: "cloudtrail" }).counts;
    expect(read(file(EVENT))).toEqual({ in: 1, skipped: 0, unparsed: 0 });
    expect(read(`${JSON.stringify(EVENT)}\n`)).toEqual({ in: 1, skipped: 0, unparsed: 0 });
    expect(read("some text\n")).toEqual({ in: 1, skipped: 0, unparsed: 1 });
    expect(() => read('{"events":[]}')).toThrow('no array "Records"');
  });
});
