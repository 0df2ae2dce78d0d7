/** `pnpm bench`: Sluice against its yardstick, in rounds that take turns. See README.md for the method. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { FORMATS } from "@sluice/core";
import { type BenchOptions, benchOptions, USAGE } from "./runner/options.ts";
import { type Cores, chooseCores } from "./runner/pin.ts";
import { type Run, runOnce } from "./runner/run-once.ts";
import { type Measurement, machine, ratio, summary } from "./runner/summary.ts";
import { thousands } from "./runner/table.ts";
import { type StandIns, startStandIns } from "./stubs/stand-ins.ts";
import { buildSubjects } from "./subject/build.ts";
import { prepare, type Workload } from "./workloads/workloads.ts";

const RESULTS = path.resolve(import.meta.dirname, "../.cache/bench/results");
/** Share of its core above which the stand-ins may be what a run waits for. */
const BUSY = 0.8;
/** Connections to S3 above which they aren't kept: each is a TLS handshake in earnest, and none here. */
const MANY_CONNECTIONS = 100;

async function main(): Promise<void> {
  const options = readOptions();
  await buildSubjects();
  const ready = options.workloads.filter(isReady);
  const skipped = options.workloads.filter((workload) => !isReady(workload));
  for (const { name, title } of skipped) console.log(`${name} (${title}): skipped, its format is not there yet`);
  const cores = chooseCores();
  if (cores.function === undefined)
    console.log("no taskset or a single core: nothing is pinned, figures will be rough");
  const measured = await measureAll({ ...options, workloads: ready }, cores);
  console.log(`\n${summary(measured, ready, options.subjects)}`);
  for (const { name } of skipped) console.log(`${name}  skipped: its format is not there yet`);
  console.log(`\nwritten to ${path.relative(process.cwd(), await store(options, measured, skipped, cores))}`);
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

/** Subjects of a workload run right after one another, the other way round in every second round. */
async function measureAll({ workloads, subjects, rounds }: BenchOptions, cores: Cores): Promise<Measurement[]> {
  const all: Measurement[] = [];
  await using standIns = await startStandIns(cores.standIns);
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? subjects : subjects.toReversed();
    for (const workload of workloads)
      for (const subject of inTurn) all.push(await measure(workload, subject, round, standIns, cores));
  }
  return all;
}

async function measure(
  workload: Workload,
  subject: BenchOptions["subjects"][number],
  round: number,
  standIns: StandIns,
  cores: Cores,
): Promise<Measurement> {
  const { invocations } = workload;
  const prepared = await prepare(workload);
  const run = await runOnce({ subject, workload: prepared, invocations, standIns, core: cores.function });
  const rate = `${thousands(run.eventsPerCpuSecond)} events/CPU s`;
  const words = warnings(run).map((warning) => `  (${warning})`);
  console.log(`round ${round + 1}  ${workload.name.padEnd(8)} ${subject.name.padEnd(13)} ${rate}${words.join("")}`);
  return { workload: workload.name, subject: subject.name, round, run };
}

function warnings({ standInBusy, s3Connections }: Run): string[] {
  const busy = standInBusy > BUSY ? [`stand-ins ${Math.round(standInBusy * 100)} % busy`] : [];
  return s3Connections > MANY_CONNECTIONS ? [...busy, `${s3Connections} connections to S3`] : busy;
}

async function store(
  { workloads, subjects }: BenchOptions,
  measured: readonly Measurement[],
  skipped: readonly Workload[],
  cores: Cores,
): Promise<string> {
  const ratios = workloads.flatMap(({ name }) =>
    subjects.map((subject) => ({ workload: name, subject: subject.name, ratio: ratio(measured, name, subject) })),
  );
  const result = {
    machine: machine(cores),
    ratios: ratios.filter((each) => each.ratio !== undefined),
    skipped: skipped.map(({ name }) => name),
    measured,
  };
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${new Date().toISOString().replaceAll(":", "")}.json`);
  await writeFile(file, JSON.stringify(result, null, 1));
  return file;
}

await main();
