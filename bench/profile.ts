/**
 * Where one workload's CPU time goes: `node bench/profile.ts [--only w1] [--subjects sluice] [--top 25]`. The same code
 * as deployed, but not minified. The .cpuprofile stays in .cache/bench/profiles, for Chrome's DevTools or speedscope.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type FunctionCost, selfTimes } from "./runner/cpu-profile.ts";
import { chooseCores } from "./runner/pin.ts";
import { type Run, runOnce } from "./runner/run-once.ts";
import { table, thousands } from "./runner/table.ts";
import { startStandIns } from "./stubs/stand-ins.ts";
import { buildReadable, buildSubjects, SLUICE, SLUICE_READABLE } from "./subject/build.ts";
import { subjectNamed } from "./subject/subjects.ts";
import { prepare, workloadNamed } from "./workloads/workloads.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "w1" },
    subjects: { type: "string", default: "sluice" },
    top: { type: "string", default: "25" },
  },
});
/** Microseconds between samples. */
const INTERVAL_MICROS = 200;
/** Times as many invocations as in a run, so that the start weighs little. */
const LONGER = 3;
/** Rows by package. */
const PACKAGES = 12;

const folder = path.resolve(import.meta.dirname, "../.cache/bench/profiles", `${values.subjects}-${values.only}`);
const { run, costs } = await profiled(values.subjects, values.only);
console.log(`${values.subjects} on ${values.only}: ${thousands(run.eventsPerCpuSecond)} events per CPU-second\n`);
console.log(table(["thread", "CPU s", "share"], threads(run)));
console.log(`\nmain thread, all invocations, time in each function itself:`);
console.log(table(["function", "ms", "share", "source"], costs.slice(0, Number(values.top)).map(row)));
console.log("\nthe same by package:");
console.log(table(["package", "ms", "share"], byPackage(costs)));
console.log(`\n${path.relative(process.cwd(), folder)}`);

async function profiled(
  subjectName: string,
  workloadName: string,
): Promise<{ run: Run; costs: readonly FunctionCost[] }> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await buildSubjects();
  await buildReadable();
  const named = subjectNamed(subjectName);
  const subject = named.handler === SLUICE ? { ...named, handler: SLUICE_READABLE } : named;
  const definition = workloadNamed(workloadName);
  const counted = definition.counted * LONGER;
  const workload = await prepare(definition);
  const cores = chooseCores();
  await using standIns = await startStandIns(cores.standIns);
  const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_MICROS}`];
  const run = await runOnce({
    subject,
    workload,
    warmUps: definition.warmUps,
    counted,
    standIns,
    core: cores.function,
    nodeArgs,
  });
  const [file] = readdirSync(folder);
  return { run, costs: selfTimes(path.join(folder, file ?? "")) };
}

function threads({ cpuByThread, cpuSeconds }: Run): string[][] {
  const sorted = Object.entries(cpuByThread).sort(([, a], [, b]) => b - a);
  return sorted.map(([name, cpu]) => [name, cpu.toFixed(2), percent(cpu / cpuSeconds)]);
}

/** `@smithy/core`, `packages/core`, `node:zlib`; what isn't JavaScript by its own name. */
function byPackage(all: readonly FunctionCost[]): string[][] {
  const sums = new Map<string, { selfMs: number; share: number }>();
  for (const { name, source, selfMs, share } of all) {
    const known = /^(?:packages\/[^/]+|@[^/]+\/[^/]+|node:[^/]+|[^/]+)/.exec(source)?.[0] ?? name;
    const sum = sums.get(known) ?? { selfMs: 0, share: 0 };
    sums.set(known, { selfMs: sum.selfMs + selfMs, share: sum.share + share });
  }
  const sorted = [...sums].sort(([, a], [, b]) => b.selfMs - a.selfMs).slice(0, PACKAGES);
  return sorted.map(([name, { selfMs, share }]) => [name, selfMs.toFixed(0), percent(share)]);
}

function row({ name, selfMs, share, source }: FunctionCost): string[] {
  return [name, selfMs.toFixed(0), percent(share), source];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
