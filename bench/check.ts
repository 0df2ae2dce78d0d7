/**
 * Has a change made it slower? `pnpm bench:check`: ratios to the yardstick in this run, bytes allocated an event and
 * code loaded, against bench/expected.json; never times. `node bench/check.ts --renew` records what it finds.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { allocatedPerEvent } from "./check/allocations.ts";
import { compare, type Figures } from "./check/compare.ts";
import { LOADS, loadedCode } from "./runner/loaded-code.ts";
import { measureAll } from "./runner/measure.ts";
import type { Pair } from "./runner/measurement.ts";
import { chooseCores } from "./runner/pin.ts";
import { pairsNamed, planOf } from "./runner/plan.ts";
import { rowsOf } from "./runner/summary.ts";
import { table } from "./runner/table.ts";
import { type StandIns, startStandIns } from "./stubs/stand-ins.ts";
import { buildSubjects } from "./subject/build.ts";
import { prepareAll } from "./workloads/prepare-all.ts";

const EXPECTED = path.join(import.meta.dirname, "expected.json");
const ROUNDS = 3;
const RATIOS = pairsNamed(["w1-16m", "w3"], ["sluice"]);
const ALLOCATIONS: readonly Pair[] = [
  ["w1-8m", "sluice"],
  ["w1-8m", "sluice-ecs"],
  ["w2", "sluice"],
  ["w2", "sluice-ecs"],
  ["w3", "sluice"],
  ["w3", "sluice-both"],
  ["w4-8m", "sluice"],
  ["small-64", "sluice"],
  ["vpc-8m", "sluice-ecs"],
];

const { values } = parseArgs({ options: { renew: { type: "boolean", default: false } } });

await buildSubjects();
await prepareAll([...new Set([...RATIOS, ...ALLOCATIONS].map(([workload]) => workload)), LOADS]);
const cores = chooseCores();
await using standIns = await startStandIns(cores.standIns);
const found: Figures = {
  ratios: await ratios(standIns),
  allocatedPerEvent: await allocations(standIns),
  loadedBytes: await loadedCode(standIns),
};
if (values.renew) writeFileSync(EXPECTED, `${JSON.stringify(found, null, 2)}\n`);
const compared = compare(JSON.parse(readFileSync(EXPECTED, "utf8")) as Figures, found);
const rows = compared.map(({ name, expected, bound, found, ok }) => [
  name,
  figure(expected ?? Number.NaN),
  figure(bound),
  figure(found),
  ok ? "" : "WORSE",
]);
console.log(table(["figure", "recorded", "bound", "found", ""], rows));
const worse = compared.filter(({ ok }) => !ok);
if (worse.length > 0) {
  console.error(`\nslower than recorded in bench/expected.json: ${worse.map(({ name }) => name).join("; ")}`);
  console.error("meant so? node bench/check.ts --renew records the new figures");
  process.exitCode = 1;
}

async function ratios(standIns: StandIns): Promise<Record<string, number>> {
  const measured = await measureAll(planOf(RATIOS, ROUNDS), ROUNDS, standIns, cores, () => {});
  const found = rowsOf(measured).flatMap(({ workload, subject, ratio }): [string, number][] =>
    ratio === undefined ? [] : [[`${workload} ${subject}`, rounded(ratio.median, 100)]],
  );
  return Object.fromEntries(found);
}

async function allocations(standIns: StandIns): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const pair of ALLOCATIONS) found[pair.join(" ")] = rounded(await allocatedPerEvent(pair, standIns), 1);
  return found;
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

function figure(value: number): string {
  return value < 100 ? value.toFixed(2) : value.toFixed(0);
}
