/**
 * One large gzip object to Elasticsearch: `node bench/memory.ts [--only w1-1g] [--subjects sluice]`. Fails when the
 * function's resident size went beyond the limit at any time.
 */
import { parseArgs } from "node:util";
import { chooseCores } from "./runner/pin.ts";
import { runOnce } from "./runner/run-once.ts";
import { mb, thousands } from "./runner/table.ts";
import { startStandIns } from "./stubs/stand-ins.ts";
import { buildSubjects } from "./subject/build.ts";
import { subjectNamed } from "./subject/subjects.ts";
import { prepare, workloadNamed } from "./workloads/workloads.ts";

const MAX_PEAK_BYTES = 200_000_000;

const { values } = parseArgs({
  options: { only: { type: "string", default: "w1-1g" }, subjects: { type: "string", default: "sluice" } },
});

await buildSubjects();
const cores = chooseCores();
await using standIns = await startStandIns(cores.standIns);
for (const name of values.only.split(",")) {
  const workload = await prepare(workloadNamed(name));
  for (const subject of values.subjects.split(",").map(subjectNamed)) {
    const run = await runOnce({ subject, workload, invocations: 1, standIns, core: cores.function });
    const speed = `${thousands(run.eventsPerCpuSecond)} events/CPU s, ${run.megabytesPerSecond.toFixed(0)} MB/s`;
    const ok = run.peakRss < MAX_PEAK_BYTES;
    const verdict = ok ? "" : `, which is more than ${mb(MAX_PEAK_BYTES)} MB`;
    console.log(`${name} ${subject.name}: ${run.events} events, ${speed}, peak ${mb(run.peakRss)} MB${verdict}`);
    if (!ok) process.exitCode = 1;
  }
}
