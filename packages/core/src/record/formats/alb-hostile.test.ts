import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ARRIVAL, member, readRecords } from "../read-records.testing.ts";
import { EXAMPLE, line, TARGETS } from "./alb-lines.testing.ts";

test.each<[number, string, string]>([
  [8, "0200", "http.response.status_code"],
  [8, "20x", "http.response.status_code"],
  [10, "1234567890123456", "http.request.body.bytes"],
  [11, "-5", "http.response.body.bytes"],
  [5, "1e9", "aws.elb.request_processing_time"],
  [5, "00.1", "aws.elb.request_processing_time"],
  [5, "1.", "aws.elb.request_processing_time"],
  [3, "10.0.0.1", "source"],
  [3, "10.0.0.1:http", "source"],
])("field %i %s is no number and leaves no member", (field, text, path) => {
  expect(member(readRecords(line({ [field]: text })).records[0]?.document, path)).toBeUndefined();
});

describe("what is no entry goes on as it is, tagged", () => {
  test.each([
    ["16 fields", EXAMPLE.slice(0, 16).join(" ")],
    ["an unknown type", line({ 0: "tls" })],
    ["a type that goes on", line({ 0: "httpss" })],
    ["no time", line({ 1: "-" })],
    ["a day that doesn't exist", line({ 1: "2018-02-30T22:23:00.186641Z" })],
    ["a quote that is never closed", `${EXAMPLE.slice(0, 28).join(" ")} "Unde`],
    ["plain words", "Enable AccessLog for ELB: my-loadbalancer at 2018-07-02T22:23:00Z"],
    ["spaces", " ".repeat(40)],
    ["quotes", '"'.repeat(200)],
  ])("%s", (_, text) => {
    const { records, counts } = readRecords(`${text}\n`, { format: "alb" });
    expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 1 });
    expect(records[0]).toMatchObject({ tags: ["unparsed"], timestampFrom: "arrival", document: { message: text } });
    expect(records[0]?.document["@timestamp"]).toBe(new Date(ARRIVAL).toISOString());
    expect(records[0]?.document).not.toHaveProperty("http");
  });
});

test("a line cut off at any byte is a record or unparsed, and its document is sound", () => {
  const whole = `${line()} "-" "x y"`;
  const outcomes = Array.from({ length: whole.length - 1 }, (_, i) => {
    const { records, counts } = readRecords(whole.slice(0, i + 1), { format: "alb" });
    expect(records.map(({ document }) => document.message)).toEqual([whole.slice(0, i + 1)]);
    return counts.unparsed === 0 ? "r" : "u";
  }).join("");
  const required = EXAMPLE.slice(0, 16).join(" ").length;
  expect(outcomes.slice(0, required)).toBe("u".repeat(required));
  expect(outcomes.slice(required + 1, required + 1 + TARGETS.length)).toBe("r".repeat(TARGETS.length));
});

test("whatever is done to a line: JSON comes out, valid and in UTF-8", () => {
  const edit = fc.record({
    at: fc.nat(900),
    cut: fc.nat(30),
    put: fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('"', " ", "\\", '" "', "-", ":", "://", "\x00", "ü")),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), fc.uint8Array({ maxLength: 2 }), (edits, raw) => {
      const text = edits.reduce((all, { at, cut, put }) => all.slice(0, at) + put + all.slice(at + cut), line());
      const bytes = Buffer.concat([Buffer.from(text.slice(0, 200)), raw, Buffer.from(text.slice(200))]);
      for (const { json, document } of readRecords([bytes], { format: "alb" }).records) {
        expect(isUtf8(Buffer.from(json))).toBe(true);
        expect(document).toHaveProperty("message");
      }
    }),
    { numRuns: 1000 },
  );
});

test("raw: the time is read, fields are not", () => {
  const { records } = readRecords(line(), { format: "alb", settings: { fields: false } });
  expect(records[0]?.document).toMatchObject({
    "@timestamp": "2018-07-02T22:23:00.186Z",
    message: line(),
    event: { dataset: "aws.elb_logs" },
  });
  for (const group of ["http", "url", "source", "tls"]) expect(records[0]?.document).not.toHaveProperty(group);
});

test("is known by its content: the type alone or the time alone is not enough", () => {
  const format = (text: string): string | undefined => readRecords(text).format;
  expect([
    format(line()),
    format(line({ 1: "-" })),
    format(line({ 0: "tcp" })),
    format("https 2018-07-02T22:23:00Z a"),
  ]).toEqual(["alb", "raw", "raw", "raw"]);
});
