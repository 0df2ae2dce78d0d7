/** `pnpm bench`: Sluice against its yardsticks, in rounds that take turns, and a verdict on each target. See README.md. */
import path from "node:path";
import { FORMATS } from "@sluice/core";
import { LOADS, loadedCode } from "./runner/loaded-code.ts";
import { machine } from "./runner/machine.ts";
import { measureAll } from "./runner/measure.ts";
import type { Measurement } from "./runner/measurement.ts";
import { type BenchOptions, benchOptions, USAGE } from "./runner/options.ts";
import { chooseCores } from "./runner/pin.ts";
import { commit, store } from "./runner/results.ts";
import type { Run } from "./runner/run-once.ts";
import { rowsOf, summary } from "./runner/summary.ts";
import { thousands } from "./runner/table.ts";
import { startStandIns } from "./stubs/stand-ins.ts";
import { buildSubjects } from "./subject/build.ts";
import { evaluate } from "./targets/evaluate.ts";
import { report } from "./targets/report.ts";
import { TARGETS } from "./targets/targets.ts";
import { prepareAll } from "./workloads/prepare-all.ts";
import type { Workload } from "./workloads/workloads.ts";

/** Share of its core above which the stand-ins may be what a run waits for. */
const BUSY = 0.8;
/** Connections to S3 above which they aren't kept: each is a TLS handshake in earnest, and none here. */
const MANY_CONNECTIONS = 100;

async function main(): Promise<void> {
  const options = readOptions();
  const steps = options.steps.filter(({ workload }) => isReady(workload));
  await buildSubjects();
  await prepareAll([...new Set([...steps.map(({ workload }) => workload.name), LOADS])]);
  const startedAt = performance.now();
  const cores = chooseCores();
  if (cores.function === undefined)
    console.log("no taskset or a single core: nothing is pinned, figures will be rough");
  await using standIns = await startStandIns(cores.standIns);
  const loadedBytes = await loadedCode(standIns);
  const measured = await measureAll(steps, options.rounds, standIns, cores, show);
  const targets = evaluate(TARGETS, measured, loadedBytes);
  const rows = rowsOf(measured);
  console.log(`\n${summary(rows)}\n`);
  for (const { workload } of options.steps)
    if (!isReady(workload)) console.log(`${workload.name} (${workload.title}): skipped, its format is not there yet`);
  console.log(report(targets));
  const about = { commit: commit(), at: new Date().toISOString(), rounds: options.rounds, machine: machine(cores) };
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const file = await store({ ...about, seconds, loadedBytes, targets, rows, measured });
  console.log(`${seconds} s; written to ${path.relative(process.cwd(), file)}`);
}

function readOptions(): BenchOptions {
  try {
    return benchOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function isReady({ needs }: Workload): boolean {
  return needs === undefined || FORMATS.some(({ name }) => needs.test(name));
}

function show({ workload, subject, round, run }: Measurement): void {
  const rate = `${thousands(run.eventsPerCpuSecond)} events/CPU s`;
  const words = warnings(run).map((warning) => `  (${warning})`);
  console.log(`round ${round + 1}  ${workload.padEnd(8)} ${subject.padEnd(14)} ${rate}${words.join("")}`);
}

function warnings({ standInBusy, s3Connections }: Run): string[] {
  const busy = standInBusy > BUSY ? [`stand-ins ${Math.round(standInBusy * 100)} % busy`] : [];
  return s3Connections > MANY_CONNECTIONS ? [...busy, `${s3Connections} connections to S3`] : busy;
}

await main();
