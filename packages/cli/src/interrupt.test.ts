import { expect, test } from "vitest";
import { untilStopped } from "./interrupt.ts";

test("there is no deadline until the user asks to stop, then the margin", () => {
  let now = 100;
  const stop = new AbortController();
  const deadline = untilStopped(stop.signal, 50, () => now);
  expect(deadline.remainingMs()).toBe(Number.POSITIVE_INFINITY);
  stop.abort();
  expect(deadline.remainingMs()).toBe(50);
  now = 170;
  expect(deadline.remainingMs()).toBe(-20);
  expect(untilStopped(stop.signal, 50, () => now).remainingMs()).toBe(50);
});
