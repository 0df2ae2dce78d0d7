import { expect, test } from "vitest";
import { TARGETS } from "../targets/targets.ts";
import { benchOptions } from "./options.ts";

const named = (args: readonly string[]) =>
  benchOptions(args).steps.map(({ workload, subjects, rounds }) => [
    workload.name,
    subjects.map(({ name }) => name).join(" "),
    rounds,
  ]);

test("by default each pair that a target needs is there once, for five rounds", () => {
  const steps = benchOptions([]).steps;
  const planned = steps.flatMap(({ workload, subjects }) => subjects.map(({ name }) => `${workload.name} ${name}`));
  const needed = TARGETS.flatMap(({ pairs }) => pairs.map((pair) => pair.join(" ")));
  expect(planned.sort()).toEqual([...new Set(needed)].sort());
  expect(new Set(steps.map(({ workload, rounds }) => (workload.name === "w1-1g" ? 5 : rounds)))).toEqual(new Set([5]));
});

test("--only keeps what needs no other workload", () => {
  expect(named(["--only", "w3", "--rounds", "2"])).toEqual([["w3", "naive sluice sluice-both", 2]]);
});

test("a workload that no target needs is run with its yardstick", () => {
  expect(named(["--only", "w4-256m"])).toEqual([["w4-256m", "naive sluice", 5]]);
});

test("--subjects come with their yardsticks, once", () => {
  expect(named(["--only", "w2,w5", "--subjects", "sluice-plain,naive-plain,sluice", "--rounds", "1"])).toEqual([
    ["w2", "naive-plain sluice-plain naive sluice", 1],
    ["w5", "naive-plain sluice-plain naive sluice", 1],
  ]);
});

test("--invocations counts the one that isn't counted", () => {
  const [step] = benchOptions(["--only", "w1", "--invocations", "4"]).steps;
  expect(step?.workload).toMatchObject({ warmUps: 1, counted: 3 });
  const [single] = benchOptions(["--only", "w1", "--invocations", "1"]).steps;
  expect(single?.workload).toMatchObject({ warmUps: 0, counted: 1 });
});

test.each([
  [["--only", "w9"], /no workload w9/],
  [["--only", "w1-2g"], /no workload w1-2g/],
  [["--only", "small-0"], /no workload small-0/],
  [["--subjects", "x"], /no subject x/],
  [["--rounds", "0"], /--rounds: expected a whole number from 1, got 0/],
  [["--fast"], /Unknown option/],
])("%j is refused", (args, message) => {
  expect(() => benchOptions(args)).toThrow(message);
});
