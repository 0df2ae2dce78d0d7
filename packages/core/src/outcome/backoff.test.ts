import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BACKOFF_JITTER, backoffSeconds, MAX_BACKOFF_SECONDS } from "./backoff.ts";

const id = fc.oneof(fc.uuid(), fc.string());

test.each([
  [1, 30],
  [2, 60],
  [3, 120],
  [7, 1920],
  [8, 3600],
  [9, 3600],
  [1_000_000, 3600],
])("the failure of receive %i is put off by %i s, a tenth more or less", (receiveCount, seconds) => {
  fc.assert(
    fc.property(id, (message) => {
      const got = backoffSeconds(message, receiveCount);
      expect(Number.isInteger(got)).toBe(true);
      expect(Math.abs(got - seconds)).toBeLessThanOrEqual(seconds * BACKOFF_JITTER);
      expect(backoffSeconds(message, receiveCount)).toBe(got);
    }),
  );
});

test("later receives never wait less than earlier ones", () => {
  fc.assert(
    fc.property(id, fc.integer({ min: 1, max: 40 }), (message, n) => {
      expect(backoffSeconds(message, n + 1)).toBeGreaterThanOrEqual(backoffSeconds(message, n));
    }),
  );
});

test.each([0, -1, 0.5, Number.NaN])("a receive count of %d counts as the first", (receiveCount) => {
  expect(backoffSeconds("m", receiveCount)).toBe(backoffSeconds("m", 1));
});

test("messages that failed together are spread over the whole of the jitter", () => {
  const longest = Array.from({ length: 1000 }, () => backoffSeconds(randomUUID(), 20));
  const tenths = new Set(longest.map((seconds) => Math.floor((seconds / MAX_BACKOFF_SECONDS - 0.9) * 50)));
  expect(tenths.size).toBeGreaterThanOrEqual(10);
});
