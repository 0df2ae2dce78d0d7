import { expect, test } from "vitest";
import { breakEvenPerDay, capacityPerDay, taskPerMonth } from "./fargate.ts";
import { costPerEvent, costPerGigabyte, eventsPerSecond, fits, type Rate } from "./lambda.ts";

const RATE: Rate = { eventsPerCpuSecond: 100_000, eventsPerInvocation: 10_000, bytesPerEvent: 500 };

test("CPU comes in proportion to memory, up to what one thread can use", () => {
  expect(eventsPerSecond(100_000, 1769)).toBe(100_000);
  expect(eventsPerSecond(176_900, 512)).toBeCloseTo(51_200, 6);
  expect(eventsPerSecond(100_000, 10_240)).toBe(100_000);
});

test("a setting leaves a quarter above the peak", () => {
  expect(fits(256 * 1024 * 1024 * 0.8, 256)).toBe(true);
  expect(fits(256 * 1024 * 1024 * 0.81, 256)).toBe(false);
});

test("a million events: ten CPU-seconds and a hundred requests", () => {
  // 10 s × 1769/1024 GB × 0.0000133334 $ + 100 × 0.0000002 $
  expect(costPerEvent(RATE, "arm64") * 1e6).toBeCloseTo(0.00023034 + 0.00002, 8);
  expect(costPerEvent(RATE, "x86") * 1e6).toBeCloseTo(0.00028792 + 0.00002, 8);
});

test("a gigabyte is two million of these events", () => {
  expect(costPerGigabyte(RATE, "arm64")).toBeCloseTo(2 * costPerEvent(RATE, "arm64") * 1e6, 12);
});

test("a task is cheaper from where its day costs what Lambda asks for as many gigabytes", () => {
  const task = { vcpu: 0.25, gb: 0.5 };
  expect(taskPerMonth(task)).toBeCloseTo((0.25 * 0.03238 + 0.5 * 0.00356) * 730, 10);
  const gigabytes = breakEvenPerDay(task, RATE);
  expect(gigabytes * costPerGigabyte(RATE, "arm64")).toBeCloseTo((taskPerMonth(task) / 730) * 24, 10);
  // A quarter of 100,000 × 500 bytes each second.
  expect(capacityPerDay(task, RATE)).toBeCloseTo(1080, 6);
});
