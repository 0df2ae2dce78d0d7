import { describe, expect, test } from "vitest";
import type { Predicate } from "../config/config.ts";
import { PatternSet } from "../pattern-set.ts";
import type { FieldValue, RecordCursor, RecordView } from "../record/record.ts";
import { compilePredicate } from "./predicate.ts";
import { compileProcess } from "./process.ts";
import { runSteps } from "./steps.ts";

const FIELDS: Readonly<Record<string, FieldValue>> = {
  text: "ELB-HealthChecker/2.0",
  status: 404,
  statusText: "404",
  ok: true,
  zero: 0,
  empty: "",
  space: " ",
  none: null,
  list: ["waf", "forward", 7],
  noList: [],
  object: { a: 1 },
  ip: "10.1.2.3",
  ips: ["2001:db8::1", "192.0.2.9"],
};
const RECORD = { get: (name: string) => FIELDS[name] } as RecordView;
/** JavaScript's own patterns: the engine is tested where it is. */
const ENGINE = {
  compile: (pattern: string) => ({ test: (text: string) => new RegExp(pattern).test(text), replace: String }),
};
const patterns = new PatternSet(async () => ENGINE);

async function holds(predicate: Predicate): Promise<boolean> {
  const test = compilePredicate(predicate, patterns, "test");
  await patterns.ready();
  return test(RECORD);
}

const NO_PORTS = { sinks: async () => undefined };

const T = true;
const F = false;

test.each<[Predicate, boolean]>([
  [{ field: "text", equals: "ELB-HealthChecker/2.0" }, T],
  [{ field: "text", equals: "elb-healthchecker/2.0" }, F],
  [{ field: "status", equals: 404 }, T],
  [{ field: "status", equals: "404" }, T],
  [{ field: "statusText", equals: 404 }, T],
  [{ field: "status", equals: "404.0" }, F],
  [{ field: "ok", equals: "true" }, T],
  [{ field: "ok", equals: true }, T],
  [{ field: "ok", equals: 1 }, F],
  [{ field: "zero", equals: 0 }, T],
  [{ field: "zero", equals: false }, F],
  [{ field: "empty", equals: "" }, T],
  [{ field: "none", equals: "null" }, F],
  [{ field: "none", equals: "" }, F],
  [{ field: "missing", equals: "" }, F],
  [{ field: "missing", equals: "undefined" }, F],
  [{ field: "list", equals: "forward" }, T],
  [{ field: "list", equals: "7" }, T],
  [{ field: "list", equals: "waf,forward,7" }, F],
  [{ field: "noList", equals: "" }, F],
  [{ field: "object", equals: "[object Object]" }, F],

  [{ field: "status", in: ["400", 404] }, T],
  [{ field: "status", in: [400] }, F],
  [{ field: "list", in: ["x", "waf"] }, T],
  [{ field: "missing", in: ["", "x"] }, F],

  [{ field: "text", glob: "ELB-*" }, T],
  [{ field: "text", glob: "ELB-HealthChecker*0" }, T],
  [{ field: "text", glob: "*Checker" }, F],
  [{ field: "status", glob: "4*" }, T],
  [{ field: "list", glob: "for*" }, T],
  [{ field: "empty", glob: "*" }, T],
  [{ field: "missing", glob: "*" }, F],
  [{ field: "none", glob: "*" }, F],
  [{ field: "object", glob: "*" }, F],

  [{ field: "status", range: { gte: 400, lt: 500 } }, T],
  [{ field: "statusText", range: { gte: 400, lt: 500 } }, T],
  [{ field: "status", range: { gt: 404 } }, F],
  [{ field: "status", range: { lt: 404 } }, F],
  [{ field: "status", range: { gte: 404, lte: 404 } }, T],
  [{ field: "status", range: {} }, T],
  [{ field: "zero", range: { gt: -1, lt: 1 } }, T],
  [{ field: "text", range: { gte: 0 } }, F],
  [{ field: "empty", range: { gte: 0 } }, F],
  [{ field: "space", range: { gte: 0 } }, F],
  [{ field: "none", range: { gte: 0 } }, F],
  [{ field: "ok", range: { gte: 0 } }, F],
  [{ field: "missing", range: {} }, F],
  [{ field: "list", range: { gt: 6 } }, T],

  [{ field: "text", regex: "^ELB-.*/[0-9]" }, T],
  [{ field: "text", regex: "^Health" }, F],
  [{ field: "status", regex: "^40[0-9]$" }, T],
  [{ field: "list", regex: "ward$" }, T],
  [{ field: "missing", regex: "" }, F],
  [{ field: "object", regex: "." }, F],

  [{ field: "ip", cidr: "10.0.0.0/8" }, T],
  [{ field: "ip", cidr: ["192.168.0.0/16", "10.1.2.0/24"] }, T],
  [{ field: "ip", cidr: "10.1.3.0/24" }, F],
  [{ field: "ips", cidr: "2001:db8::/32" }, T],
  [{ field: "text", cidr: "0.0.0.0/0" }, F],
  [{ field: "status", cidr: "0.0.0.0/0" }, F],
  [{ field: "missing", cidr: "0.0.0.0/0" }, F],

  [{ field: "zero", exists: true }, T],
  [{ field: "empty", exists: true }, T],
  [{ field: "object", exists: true }, T],
  [{ field: "none", exists: true }, F],
  [{ field: "noList", exists: true }, F],
  [{ field: "missing", exists: true }, F],
  [{ field: "missing", exists: false }, T],
  [{ field: "zero", exists: false }, F],
])("%j: %s", async (predicate, expected) => {
  expect(await holds(predicate)).toBe(expected);
  expect(await holds({ not: predicate })).toBe(!expected);
});

describe("joined", () => {
  const yes: Predicate = { field: "status", equals: 404 };
  const no: Predicate = { field: "missing", exists: true };

  test.each<[Predicate, boolean]>([
    [{ all: [yes, yes] }, T],
    [{ all: [yes, no] }, F],
    [{ any: [no, yes] }, T],
    [{ any: [no, no] }, F],
    [{ all: [{ any: [no, yes] }, { not: { all: [yes, no] } }] }, T],
    [{ not: { not: yes } }, T],
  ])("%j: %s", async (predicate, expected) => {
    expect(await holds(predicate)).toBe(expected);
  });
});

describe("process", () => {
  const include = { field: "status", equals: 404 };
  const exclude = { field: "text", glob: "ELB-*" };

  test.each([
    ["no steps", [], T],
    ["an include that holds", [{ include }], T],
    ["an include that doesn't", [{ include: { not: include } }], F],
    ["an exclude that holds", [{ exclude }], F],
    ["an exclude that doesn't", [{ exclude: { not: exclude } }], T],
    ["all must let it pass", [{ include }, { exclude }], F],
    ["in any order", [{ exclude }, { include }], F],
    ["an exclude on a field that isn't there", [{ exclude: { field: "missing", equals: "x" } }], T],
    ["an include on a field that isn't there", [{ include: { field: "missing", equals: "x" } }], F],
  ])("%s", async (_, steps, passes) => {
    const seen: string[] = [];
    const note = (word: string) => () => void seen.push(word);
    const visitor = { pass: note("pass"), filtered: note("filtered"), added: note("added"), refused: note("refused") };
    runSteps(await compileProcess(steps, patterns, NO_PORTS), RECORD as RecordCursor, visitor);
    expect(seen).toEqual([passes ? "pass" : "filtered"]);
  });
});
