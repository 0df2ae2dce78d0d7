import { expect, test } from "vitest";
import { testRecord } from "../testing/test-record.ts";
import { compileRoutes } from "./router.ts";

const SINKS = ["search", "archive", "saas"];
const trail = testRecord({ dataset: "aws.cloudtrail" });
const elb = testRecord({ dataset: "aws.elb_logs" });
const isTrail = { field: "event.dataset", equals: "aws.cloudtrail" };

test("without routes a record goes to all sinks", () => {
  expect(compileRoutes(undefined, SINKS)(elb)).toEqual([0, 1, 2]);
});

test("the first match wins", () => {
  const route = compileRoutes(
    [
      { when: isTrail, to: ["saas"], continue: false },
      { to: ["search"], continue: false },
    ],
    SINKS,
  );
  expect(route(trail)).toEqual([2]);
  expect(route(elb)).toEqual([0]);
});

test("continue goes on, and a sink gets a record once", () => {
  const route = compileRoutes(
    [
      { when: isTrail, to: ["archive", "search"], continue: true },
      { to: ["search", "search"], continue: false },
    ],
    SINKS,
  );
  expect(route(trail)).toEqual([1, 0]);
  expect(route(elb)).toEqual([0]);
});

test("no match is unrouted", () => {
  expect(compileRoutes([{ when: isTrail, to: ["search"], continue: false }], SINKS)(elb)).toEqual([]);
  expect(compileRoutes([], SINKS)(elb)).toEqual([]);
});
