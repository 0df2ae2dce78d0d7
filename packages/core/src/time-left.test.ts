import { expect, test } from "vitest";
import { NO_DEADLINE } from "./ports/deadline.ts";
import { TimeLeft } from "./time-left.ts";

const MARGINS = { marginMs: 10_000, maxMarginMs: 60_000 };

test("passing over what was done is late when half of the time is over", () => {
  let leftMs = 900_000;
  const time = new TimeLeft({ remainingMs: () => leftMs }, MARGINS);
  expect(time.isPassingLate).toBe(false);
  leftMs = 449_999;
  expect(time.isPassingLate).toBe(true);
  time.stop();
});

test("it isn't late because a process is to stop: another one has the time", () => {
  const ending = new AbortController();
  let leftMs = 900_000;
  const time = new TimeLeft({ remainingMs: () => leftMs, sooner: ending.signal }, MARGINS);
  leftMs = 20_000;
  ending.abort();
  expect(time.isPassingLate).toBe(false);
  expect(() => time.check(() => 0)).not.toThrow();
  leftMs = 5_000;
  expect(() => time.check(() => 0)).toThrow("not finished in time");
  time.stop();
});

test("it is never late without an end, nor when one is set by a user who wants to stop", () => {
  let leftMs = NO_DEADLINE.remainingMs();
  const time = new TimeLeft({ remainingMs: () => leftMs }, MARGINS);
  leftMs = 10_000;
  expect(time.isPassingLate).toBe(false);
  expect(() => time.check(() => 0)).toThrow("not finished in time");
  time.stop();
});
