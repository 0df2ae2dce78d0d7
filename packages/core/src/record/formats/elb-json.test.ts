import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReadRecord, readRecords } from "../read-records.testing.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../../../fixtures/formats/${name}`, import.meta.url), "utf8");

/** All but the record itself and its place. */
const fieldsOf = ({ document: { message: _message, log: _log, ...fields } }: ReadRecord): unknown => fields;

test.each([
  ["alb", "access.log", "access.json"],
  ["nlb", "tls.log", "tls.json"],
  ["alb-connection", "connection.log", "connection.json"],
  ["alb-health-check", "health-check.log", "health-check.json"],
])("%s: the same fields as of text", (format, text, json) => {
  const lines = readRecords(fixture(`${format}/${text}`));
  const objects = readRecords(fixture(`${format}-json/${json}`));
  expect([lines.format, objects.format]).toEqual([format, `${format}-json`]);
  expect(objects.counts).toMatchObject({ in: lines.records.length, unparsed: 0 });
  expect(objects.records.map(fieldsOf)).toEqual(lines.records.map(fieldsOf));
});

describe("an access log entry of an Application Load Balancer", () => {
  const [entry = ""] = fixture("alb-json/access.json").split("\n");
  const members = JSON.parse(entry) as Readonly<Record<string, unknown>>;
  const read = (over: Readonly<Record<string, unknown>>, text = JSON.stringify({ ...members, ...over })) => {
    const { records, format } = readRecords(text);
    expect(format).toBe("alb-json");
    return fieldsOf(records[0] as ReadRecord);
  };
  const plain = read({});

  test("has numbers as texts or as numbers", () => {
    const numbers = Object.entries(members).filter(
      ([name, value]) => /_time$|_code$|_bytes$|priority$/.test(name) && /^[\d.]+$/.test(String(value)),
    );
    expect(numbers).toHaveLength(8);
    expect(read(Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])))).toEqual(plain);
  });

  test("has lists as texts or as lists", () => {
    const lists = {
      actions_executed: ["authenticate", "forward"],
      target_port_list: ["10.0.0.1:80", "10.0.0.2:80"],
      target_status_code_list: ["502", "200"],
    };
    expect(read(lists)).toEqual(plain);
  });

  test("goes by the names in the guide, too", () => {
    const { client_port, target_port, request_line, target_port_list, ...others } = members;
    const guide = {
      "client:port": client_port,
      "target:port": target_port,
      request: request_line,
      "target:port_list": target_port_list,
    };
    expect(read({}, JSON.stringify({ ...others, ...guide }))).toEqual(plain);
  });

  test("may have escapes anywhere", () => {
    expect(read({}, entry.replaceAll("/", "\\/"))).toEqual(plain);
    const request_line = 'GET https://www.example.com:443/a"b\\x22?q=\u00e9 HTTP/2.0';
    expect(read({ request_line })).toMatchObject({
      url: { original: 'https://www.example.com:443/a"b\\x22?q=\u00e9', path: '/a"b\\x22', query: "q=\u00e9" },
    });
  });

  test("leaves out what was never measured, as -1 in text or number", () => {
    const never = (value: unknown): unknown =>
      read({
        request_processing_time: value,
        target_processing_time: value,
        response_processing_time: value,
        matched_rule_priority: value,
        target_port: "-",
      });
    expect(never(-1)).toEqual(never("-1"));
    expect(JSON.stringify(never(-1))).not.toMatch(/processing_time|priority|-1[,}"]/);
  });

  test("has a client's port where that is all", () => {
    expect(read({ client_port: 41542 })).toMatchObject({ source: { port: 41542 } });
    expect(JSON.stringify(read({ client_port: 41542 }))).not.toContain("198.51.100.39");
  });

  test("is a record whatever its members hold", () => {
    const name = fc.constantFrom(...Object.keys(members).filter((name) => !["type", "time", "elb"].includes(name)));
    const property = fc.property(fc.dictionary(name, fc.jsonValue()), (over) => {
      const { records, counts } = readRecords(JSON.stringify({ ...members, ...over }), { format: "alb-json" });
      expect(counts).toMatchObject({ in: 1, unparsed: 0 });
      expect(records).toHaveLength(1);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
