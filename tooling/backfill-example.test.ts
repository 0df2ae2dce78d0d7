import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ErrorCode, SluiceError } from "../packages/core/src/errors.ts";
import { isPermanent } from "../packages/core/src/outcome/faults.ts";

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

test("the distributed map tries again what another attempt may mend, and nothing else", () => {
  const machine = JSON.parse(read("examples/backfill/distributed-map.asl.json"));
  const retriers: readonly Retrier[] = machine.States.Objects.ItemProcessor.States.Deliver.Retry;
  const rows = read("docs/errors.md").matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm);
  const codes = [...rows].flatMap(([, names = ""]) => names.replaceAll("`", "").split(", ")) as ErrorCode[];
  const permanent = codes.filter((code) => isPermanent(new SluiceError(code, "")));
  expect(permanent.length).toBeGreaterThan(10);
  const [never] = retriers.filter(({ MaxAttempts }) => MaxAttempts === 0);
  expect(never?.ErrorEquals).toEqual(permanent.sort());
  expect(retriers.at(-1)?.ErrorEquals).toEqual(["States.ALL"]);
});
