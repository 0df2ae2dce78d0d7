import { expect, test } from "vitest";
import { judge } from "./judge.ts";

const FIVE = [3.0, 3.1, 3.2, 3.3, 3.4]; // median 3.2, quartiles 3.1 and 3.3

test.each([
  [2.9, "pass"],
  [3.05, "near"],
  [3.2, "near"],
  [3.21, "fail"],
] as const)("at least %d: %s", (atLeast, verdict) => {
  expect(judge(FIVE, { atLeast }).verdict).toBe(verdict);
});

test.each([
  [3.5, "pass"],
  [3.35, "near"],
  [3.19, "fail"],
] as const)("at most %d: %s", (atMost, verdict) => {
  expect(judge(FIVE, { atMost }).verdict).toBe(verdict);
});

test("a margin of just the range is not more than it", () => {
  expect(judge([1, 2, 3, 4, 5], { atLeast: 1 }).verdict).toBe("near");
});

test("values that don't differ pass on the bound itself", () => {
  expect(judge([160], { atMost: 160 }).verdict).toBe("pass");
  expect(judge([161, 161], { atMost: 160 }).verdict).toBe("fail");
});

test("no number is a failure, never a pass", () => {
  expect(judge([Number.NaN], { atLeast: 1 }).verdict).toBe("fail");
  expect(judge([], { atMost: 1 }).verdict).toBe("fail");
});
