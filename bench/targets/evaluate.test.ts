import { expect, test } from "vitest";
import type { Measurement } from "../runner/measurement.ts";
import type { Run } from "../runner/run-once.ts";
import { evaluate } from "./evaluate.ts";
import { TARGETS } from "./targets.ts";

function measurement(workload: string, subject: string, round: number, run: Partial<Run>): Measurement {
  return { workload, subject, round, run: run as Run };
}

const named = (id: string) => TARGETS.filter((target) => target.id === id);
const speed = (workload: string, subject: string, round: number, eventsPerCpuSecond: number): Measurement =>
  measurement(workload, subject, round, { eventsPerCpuSecond });
const cost = (workload: string, subject: string, round: number, cpuSeconds: number): Measurement =>
  measurement(workload, subject, round, { cpuSeconds, events: 1000 });

test("a ratio is taken within each round", () => {
  const measured = [
    ...[speed("w1", "naive", 0, 10), speed("w1", "sluice", 0, 40)],
    ...[speed("w1", "sluice", 1, 100), speed("w1", "naive", 1, 20)],
  ];
  expect(evaluate(named("w1"), measured, undefined)).toMatchObject([{ values: [4, 5], median: 4.5, verdict: "pass" }]);
});

test("a round that lacks a run is left out, and a target without any round too", () => {
  const measured = [speed("w1", "naive", 0, 10), speed("w1", "sluice", 0, 40), speed("w1", "naive", 1, 10)];
  const found = evaluate([...named("w1"), ...named("w1-ecs")], measured, undefined);
  expect(found).toMatchObject([{ id: "w1", values: [4] }]);
});

test("further sinks: what each adds, by what the first one does itself", () => {
  const measured = [
    cost("w1-16m", "sluice-0-sinks", 0, 3),
    cost("w1-16m", "sluice", 0, 5),
    cost("w1-16m", "sluice-5-sinks", 0, 15),
  ];
  const [found] = evaluate(named("sinks"), measured, undefined);
  expect(found?.median).toBeCloseTo(1.25, 10);
  expect(found?.verdict).toBe("fail");
});

test("concurrency: the dearer of the two steps counts", () => {
  const measured = [
    cost("small-1", "sluice-wide", 0, 10),
    cost("small-8", "sluice-wide", 0, 5),
    cost("small-64", "sluice-wide", 0, 6),
  ];
  expect(evaluate(named("concurrency"), measured, undefined)).toMatchObject([{ values: [1.2], verdict: "fail" }]);
});

test("messages an hour, as a share of a core", () => {
  // 18 µs a message
  const measured = [cost("w3", "sluice-both", 0, 0.018)];
  const [found] = evaluate(named("messages"), measured, undefined);
  expect(found?.median).toBeCloseTo(0.1, 10);
});

test("loaded code is a figure of the whole bench", () => {
  expect(evaluate(named("code"), [], 1_600_000)).toMatchObject([{ values: [1.6], verdict: "fail" }]);
  expect(evaluate(named("code"), [], undefined)).toEqual([]);
});

test("every target has an id of its own and reads no run but those it names", () => {
  expect(new Set(TARGETS.map(({ id }) => id)).size).toBe(TARGETS.length);
  const run = { eventsPerCpuSecond: 1, cpuSeconds: 1, events: 1, startToFirstBulkMs: 1, peakRss: 1 };
  const measured = TARGETS.flatMap(({ pairs }) =>
    pairs.map(([workload, subject]) => measurement(workload, subject, 0, run)),
  );
  for (const target of TARGETS) {
    const own = measured.filter(({ workload, subject }) =>
      target.pairs.some(([w, s]) => w === workload && s === subject),
    );
    expect(evaluate([target], own, 1)).toHaveLength(1);
  }
});
