import { expect, test } from "vitest";
import { median, quantile, spread } from "./statistics.ts";

test("the median is the one in the middle, or between the two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
});

test("quartiles of five are the second and the fourth", () => {
  expect(spread([50, 10, 40, 20, 30])).toEqual({ median: 30, from: 20, to: 40 });
});

test("quantiles between two values are in proportion", () => {
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(quantile([7], 0.9)).toBe(7);
});

test("values are left in their order", () => {
  const values = [3, 1, 2];
  spread(values);
  expect(values).toEqual([3, 1, 2]);
});
