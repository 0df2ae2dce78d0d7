import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { MEASURED, type Results, readResults } from "../runner/results.ts";
import { documents } from "./documents.ts";
import { lookup } from "./lookup.ts";
import { readPeers } from "./peers.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const measured = await readResults(MEASURED);
const written = (results: Results): Map<string, string> =>
  new Map(
    documents(lookup(results), readPeers()).map(({ file, write }) => [
      file,
      write(readFileSync(path.join(ROOT, file), "utf8")),
    ]),
  );

test("what the documents show is what bench/measured.json holds: pnpm bench:publish writes them", () => {
  for (const [file, text] of written(measured)) expect(text, file).toBe(readFileSync(path.join(ROOT, file), "utf8"));
});

test("other results show up in every document", () => {
  const [first, ...others] = measured.targets;
  if (first === undefined) throw new Error("nothing was measured");
  const targets = [{ ...first, median: 12.34, from: 12.3, to: 12.4 }, ...others];
  const rows = measured.rows.map((row) => ({ ...row, eventsPerCpuSecond: 1_234_567 }));
  const changed = written({ ...measured, targets, rows });
  expect(changed.get("README.md")).toContain("| 1235k | 12.3 |");
  expect(changed.get("bench/README.md")).toContain("12.34 (12.30–12.40)");
  expect(changed.get("docs/sizing.md")).toContain("1,234,567");
  expect(changed.get("bench/speed.svg")).toContain(">12.3</text>");
});

test("results of a part of the bench are refused, and what they lack is named", () => {
  const targets = measured.targets.filter(({ id }) => id !== "w3");
  expect(() => lookup({ ...measured, targets })).toThrow("the results have no target w3");
  const rows = measured.rows.filter(({ workload }) => workload !== "w1-1g");
  expect(() => written({ ...measured, rows })).toThrow("the results have no sluice on w1-1g");
});
