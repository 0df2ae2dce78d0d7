import { testRecord } from "@sluice/core/testing";
import { expect, test } from "vitest";
import { DEFAULT_TARGET, indexNamePart, Target, targetProblem } from "./target.ts";

const timestamp = Date.UTC(2026, 2, 4, 5, 6, 7);
const name = (target: string, record: Parameters<typeof testRecord>[0] = {}): string =>
  new Target(target).name(testRecord({ timestamp, ...record }));

test("the default is the data stream of the dataset and namespace", () => {
  expect(name(DEFAULT_TARGET, { dataset: "aws.elb_logs", namespace: "prod" })).toBe("logs-aws.elb_logs-prod");
});

test("dates are the record's own, in UTC", () => {
  expect(name("{dataset}-{yyyy}.{MM}.{dd}-{HH}")).toBe("generic-2026.03.04-05");
});

test.each([
  ["plain", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["a-{yyyy}", Date.UTC(2026, 2, 4), Date.UTC(2026, 2, 5)],
  ["a-{yyyy}.{MM}.{dd}", Date.UTC(2026, 2, 4), Date.UTC(2026, 2, 5)],
  ["a-{yyyy}.{MM}.{dd}.{HH}", Date.UTC(2026, 2, 4, 5), Date.UTC(2026, 2, 4, 6)],
])("%s holds for a time", (target, from, until) => {
  expect(new Target(target).span(timestamp)).toEqual([from, until]);
});

test.each([
  ["AWS ELB/Logs", "aws_elb_logs"],
  ["my-app", "my_app"],
  ['a\\b*c?d"e<f>g|h,i#j:k', "a_b_c_d_e_f_g_h_i_j_k"],
  ["日志", "__"],
  ["", "fallback"],
  ["x".repeat(200), "x".repeat(100)],
])("%j becomes %s", (text, safe) => {
  expect(indexNamePart(text, "fallback")).toBe(safe);
});

test("no name begins with what an index name may not begin with, nor is too long", () => {
  expect(name("{dataset}", { dataset: "__+x" })).toBe("x");
  expect(name("{dataset}", { dataset: "___" })).toBe("generic");
  expect(name(`{dataset}${"y".repeat(300)}`)).toHaveLength(255);
});

test.each(["logs-{dataset}-{namespace}", "app", "app-{yyyy}.{MM}.{dd}"])("%s is a target", (target) => {
  expect(targetProblem(target)).toBeUndefined();
});

test.each([
  ["", "name"],
  ["..", "name"],
  ["Logs", "lower-case"],
  ["a b", "lower-case"],
  ["logs-{dataset", "lower-case"],
  ["<logs-{now/d}>", "placeholders"],
  ["logs-{id}", "placeholders"],
  ["_doc", "begin"],
])("%s is not", (target, problem) => {
  expect(targetProblem(target)).toContain(problem);
});
