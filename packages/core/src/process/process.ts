import type { ProcessStep } from "../config/config.ts";
import { compilePredicate, type Test } from "./predicate.ts";

/** Compiles `process:` into one test: false means the record is filtered out. Steps hold in order; every one must let it pass. */
export function compileProcess(steps: readonly ProcessStep[]): Test {
  const tests = steps.map((step): Test => {
    const test = compilePredicate((step.include ?? step.exclude) as NonNullable<ProcessStep["include"]>);
    return step.include === undefined ? (record) => !test(record) : test;
  });
  if (tests.length === 0) return () => true;
  return (record) => tests.every((test) => test(record));
}
