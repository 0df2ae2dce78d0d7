import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Pair } from "../runner/measurement.ts";
import { functionEnv } from "../runner/run-once.ts";
import type { StandIns } from "../stubs/stand-ins.ts";
import { subjectNamed } from "../subject/subjects.ts";
import { prepare, workloadNamed } from "../workloads/workloads.ts";

const COUNTER = path.resolve(import.meta.dirname, "../subject/count-allocations.ts");
/** So many events first, for V8 to have compiled what is hot, and then as many that are counted. */
const EVENTS = 50_000;
const MIN_INVOCATIONS = 2;

/** Bytes allocated on the JavaScript heap for one event, start-up left out: within 2 % the same on every machine. */
export async function allocatedPerEvent([workloadName, subjectName]: Pair, standIns: StandIns): Promise<number> {
  const workload = await prepare(workloadNamed(workloadName));
  const subject = subjectNamed(subjectName);
  const { pack, objects, events } = workload;
  const [event] = events;
  if (event === undefined) throw new Error(`${workloadName} has no event`);
  await standIns.begin({ pack, objects, events: [] });
  const invocations = String(Math.max(MIN_INVOCATIONS, Math.ceil(EVENTS / event.records)));
  const args = ["--expose-gc", COUNTER, subject.handler, event.file, invocations, invocations];
  const env = functionEnv(subject, workload, standIns);
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(stdout) / (event.records * Number(invocations));
}
