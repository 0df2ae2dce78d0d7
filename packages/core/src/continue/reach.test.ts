import { expect, test } from "vitest";
import { FULL_VCPU_MB, PASSED, reachOf } from "./reach.ts";

const MINUTES = 60_000;
const mostOf = (timeoutMs: number, memoryMb: number): number[] =>
  reachOf({ timeoutMs, memoryMb }).map(({ most }) => most);

test("a whole vCPU passes over in half of the time what it does a second, of each kind", () => {
  const reached = reachOf({ timeoutMs: 5 * MINUTES, memoryMb: FULL_VCPU_MB });
  expect(reached.map(({ kind }) => kind)).toEqual(Object.keys(PASSED));
  for (const { kind, unit, most } of reached) {
    expect(most).toBe(150 * PASSED[kind].aSecond);
    expect(unit).toBe(kind === "parquet" ? "rows" : "bytes");
  }
});

test("less memory is less CPU; more than a vCPU's is no more", () => {
  const whole = mostOf(MINUTES, FULL_VCPU_MB);
  expect(mostOf(MINUTES, 10_240)).toEqual(whole);
  expect(mostOf(MINUTES, FULL_VCPU_MB / 2)).toEqual(whole.map((most) => Math.floor(most / 2)));
  expect(mostOf(2 * MINUTES, FULL_VCPU_MB)).toEqual(whole.map((most) => most * 2));
});
