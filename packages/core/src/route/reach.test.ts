import { expect, test } from "vitest";
import type { Config } from "../config/config.ts";
import { parseConfig } from "../config/parse-config.ts";
import { compileReach } from "./reach.ts";

const SINKS = ["search", "archive", "spare"];
const CONSTANTS = new Map<string, string | readonly string[]>([
  ["event.dataset", "aws.elb_logs"],
  ["event.category", ["web", "network"]],
]);

function reach(rules: object): { whole: string[]; some: string[] } {
  const sinks = Object.fromEntries(SINKS.map((name) => [name, { type: "t" }]));
  const config: Config = parseConfig({ sinks, ...rules }, "test");
  const { whole, some } = compileReach(config, SINKS)(CONSTANTS);
  const names = (numbers: ReadonlySet<number>): string[] =>
    [...numbers].map((i) => SINKS[i] as string).sort((a, b) => SINKS.indexOf(a) - SINKS.indexOf(b));
  return { whole: names(whole), some: names(some) };
}

const elb = { field: "event.dataset", equals: "aws.elb_logs" };
const other = { field: "event.dataset", glob: "aws.cloud*" };
const unknown = { field: "message", glob: "*ERROR*" };

test.each([
  ["no rules", {}, SINKS, SINKS],
  ["a step that passes all", { process: [{ include: elb }, { exclude: other }] }, SINKS, SINKS],
  ["a step that passes none", { process: [{ exclude: elb }] }, [], []],
  ["a step that looks into records", { process: [{ exclude: unknown }] }, [], SINKS],
  ["a step that changes them", { process: [{ add: { "labels.a": "b" } }] }, [], SINKS],
  ["a sample", { process: [{ sample: { rate: 0.5 } }] }, [], SINKS],
  ["a pattern, whatever it is", { process: [{ include: { field: "event.dataset", regex: "^aws" } }] }, [], SINKS],
  ["one route", { routes: [{ to: ["archive"] }] }, ["archive"], ["archive"]],
  ["a route with steps", { routes: [{ to: ["archive"], process: [{ exclude: unknown }] }] }, [], ["archive"]],
  [
    "the first route that is certain to be taken",
    { routes: [{ when: other, to: ["spare"] }, { when: elb, to: ["search", "archive"] }, { to: ["spare"] }] },
    ["search", "archive"],
    ["search", "archive"],
  ],
  [
    "a list's elements",
    { routes: [{ when: { field: "event.category", equals: "network" }, to: ["archive"] }, { to: ["spare"] }] },
    ["archive"],
    ["archive"],
  ],
  [
    "a route that only some take",
    { routes: [{ when: unknown, to: ["search"] }, { to: ["archive"] }] },
    [],
    ["search", "archive"],
  ],
  [
    "the same sink either way",
    { routes: [{ when: unknown, to: ["search", "archive"] }, { to: ["archive"] }] },
    ["archive"],
    ["search", "archive"],
  ],
  [
    "and on from there",
    { routes: [{ when: unknown, to: ["search"], continue: true }, { to: ["archive"] }] },
    ["archive"],
    ["search", "archive"],
  ],
  [
    "steps of the route that names it first",
    { routes: [{ to: ["archive"], process: [{ drop: ["x"] }], continue: true }, { to: ["archive", "search"] }] },
    ["search"],
    ["search", "archive"],
  ],
  ["no route at all for some", { routes: [{ when: unknown, to: ["archive"] }] }, [], ["archive"]],
  [
    "certain in spite of what isn't",
    { routes: [{ when: { any: [unknown, elb] }, to: ["archive"] }, { to: ["spare"] }] },
    ["archive"],
    ["archive"],
  ],
  [
    "out of the question in spite of what isn't certain",
    { routes: [{ when: { all: [unknown, { not: elb }] }, to: ["spare"] }, { to: ["archive"] }] },
    ["archive"],
    ["archive"],
  ],
])("%s", (_, rules, whole, some) => {
  expect(reach(rules)).toEqual({ whole, some });
});
