import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chooseCores } from "../runner/pin.ts";
import { table } from "../runner/table.ts";
import { startStandIns } from "../stubs/stand-ins.ts";
import type { EventFile } from "../workloads/store.ts";
import { prepare, workloadNamed } from "../workloads/workloads.ts";
import { leastCpu } from "./least-cpu.ts";
import { createStagePipeline, handle, STEPS } from "./stage-pipeline.ts";

const { values } = parseArgs({
  options: { only: { type: "string", default: "w1,w4" }, parse: { type: "string", default: "raw,ecs" } },
});

await using standIns = await startStandIns(chooseCores().standIns);
for (const name of values.only.split(",")) for (const parse of values.parse.split(",")) await report(name, parse);

async function report(name: string, parse: string): Promise<void> {
  const workload = await prepare(workloadNamed(name));
  const [event] = workload.events;
  if (event === undefined) return;
  const content: unknown = JSON.parse(readFileSync(event.file, "utf8"));
  const pipelines = STEPS.map((step) => createStagePipeline({ workload, step, parse, standIns }));
  const sums = await leastCpu(pipelines.map((pipeline) => () => handle(pipeline, content, event.records)));
  await Promise.all(pipelines.map((pipeline) => pipeline.close()));
  const rows = STEPS.map((step, i) => row(step, sums[i] ?? 0, sums[i - 1] ?? 0, event));
  console.log(`\n${name}, parse: ${parse}, CPU of all threads`);
  console.log(table(["stage", "ns/event", "MB/s", "sum, ns/event"], rows));
}

/** MB/s are of log text, before compression and whatever the stage makes of it. */
function row(step: string, sum: number, before: number, { records, rawBytes }: EventFile): string[] {
  const seconds = sum - before;
  // No more than without it: too little to be told from noise.
  const cells = seconds <= 0 ? ["~0", ""] : [perEvent(seconds, records), (rawBytes / 1e6 / seconds).toFixed(0)];
  return [step, ...cells, perEvent(sum, records)];
}

function perEvent(seconds: number, events: number): string {
  return ((seconds * 1e9) / events).toFixed(0);
}
