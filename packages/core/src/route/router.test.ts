import { expect, test } from "vitest";
import type { RouteConfig } from "../config/config.ts";
import { PatternSet } from "../pattern-set.ts";
import { testRecord } from "../testing/test-record.ts";
import { compileRoutes } from "./router.ts";

const SINKS = ["search", "archive", "saas"];
const trail = testRecord({ dataset: "aws.cloudtrail" });
const elb = testRecord({ dataset: "aws.elb_logs" });
const isTrail = { field: "event.dataset", equals: "aws.cloudtrail" };
const half = [{ sample: { rate: 0.5 } }];

function routerOf(routes: readonly Partial<RouteConfig>[] | undefined) {
  const whole = routes?.map((route) => ({ to: [], process: [], continue: false, ...route }));
  return compileRoutes(whole, SINKS, new PatternSet(undefined), { sinks: async () => undefined });
}

/** Sinks of each branch, those with steps of their own marked. */
async function branches(routes: readonly Partial<RouteConfig>[] | undefined, record = elb): Promise<unknown> {
  const found = (await routerOf(routes))(record);
  return found.map(({ sinks, steps }) => (steps.length === 0 ? sinks : { sinks }));
}

test("without routes a record goes to all sinks", async () => {
  expect(await branches(undefined)).toEqual([[0, 1, 2]]);
});

test("the first match wins", async () => {
  const routes = [{ when: isTrail, to: ["saas"] }, { to: ["search"] }];
  expect(await branches(routes, trail)).toEqual([[2]]);
  expect(await branches(routes)).toEqual([[0]]);
});

test("continue goes on, and a sink gets a record once", async () => {
  const routes = [{ when: isTrail, to: ["archive", "search"], continue: true }, { to: ["search", "search"] }];
  expect(await branches(routes, trail)).toEqual([[1, 0]]);
  expect(await branches(routes)).toEqual([[0]]);
});

test("no match is unrouted", async () => {
  expect(await branches([{ when: isTrail, to: ["search"] }])).toEqual([]);
  expect(await branches([])).toEqual([]);
  expect(await branches([{ when: isTrail, to: ["search"], continue: true }])).toEqual([]);
});

test("sinks whose route has steps of its own stand apart", async () => {
  const routes = [
    { to: ["archive"], continue: true },
    { to: ["search", "archive"], process: half, continue: true },
    { to: ["saas"] },
  ];
  expect(await branches(routes)).toEqual([[1, 2], { sinks: [0] }]);
});

test("where a route of one record says nothing of another's", async () => {
  const route = await routerOf([
    { when: isTrail, to: ["archive"], continue: true },
    { to: ["search"], process: half },
  ]);
  for (const record of [elb, trail, elb, trail])
    expect(route(record).flatMap(({ sinks }) => sinks)).toEqual(record === trail ? [1, 0] : [0]);
});
