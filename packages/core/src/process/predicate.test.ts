import { describe, expect, test } from "vitest";
import type { Predicate } from "../config/config.ts";
import type { FieldValue, RecordView } from "../record/record.ts";
import { compilePredicate } from "./predicate.ts";
import { compileProcess } from "./process.ts";

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
};
const RECORD = { get: (name: string) => FIELDS[name] } as RecordView;
const holds = (predicate: Predicate): boolean => compilePredicate(predicate)(RECORD);

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

  [{ field: "zero", exists: true }, T],
  [{ field: "empty", exists: true }, T],
  [{ field: "object", exists: true }, T],
  [{ field: "none", exists: true }, F],
  [{ field: "noList", exists: true }, F],
  [{ field: "missing", exists: true }, F],
  [{ field: "missing", exists: false }, T],
  [{ field: "zero", exists: false }, F],
])("%j: %s", (predicate, expected) => {
  expect(holds(predicate)).toBe(expected);
  expect(holds({ not: predicate })).toBe(!expected);
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
  ])("%j: %s", (predicate, expected) => {
    expect(holds(predicate)).toBe(expected);
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
  ])("%s", (_, steps, passes) => {
    expect(compileProcess(steps)(RECORD)).toBe(passes);
  });
});
