import { expect, test } from "vitest";
import { compare, type Figures } from "./compare.ts";

const EXPECTED: Figures = {
  ratios: { "w1 sluice": 4 },
  allocatedPerEvent: { "w1 sluice": 250 },
  loadedBytes: 1_000_000,
};
const failing = (found: Figures): string[] => compare(EXPECTED, found).flatMap(({ ok, name }) => (ok ? [] : [name]));

test("as recorded, better, or worse by no more than allowed", () => {
  expect(failing(EXPECTED)).toEqual([]);
  expect(failing({ ratios: { "w1 sluice": 9 }, allocatedPerEvent: { "w1 sluice": 1 }, loadedBytes: 1 })).toEqual([]);
  const worse = { ratios: { "w1 sluice": 3.2 }, allocatedPerEvent: { "w1 sluice": 300 }, loadedBytes: 1_200_000 };
  expect(failing(worse)).toEqual([]);
});

test("each figure that is worse is named", () => {
  const worse = { ratios: { "w1 sluice": 3.19 }, allocatedPerEvent: { "w1 sluice": 301 }, loadedBytes: 1_200_001 };
  expect(failing(worse)).toEqual([
    "w1 sluice, × yardstick",
    "w1 sluice, bytes allocated an event",
    "code loaded, bytes",
  ]);
});

test("what was never recorded, or is no number, fails", () => {
  const strange = { ratios: { "w3 sluice": 4 }, allocatedPerEvent: { "w1 sluice": Number.NaN }, loadedBytes: 1 };
  expect(failing(strange)).toEqual(["w3 sluice, × yardstick", "w1 sluice, bytes allocated an event"]);
});
