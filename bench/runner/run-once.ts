import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ProcessStat } from "../stubs/process-stat.ts";
import type { StandIns } from "../stubs/stand-ins.ts";
import { now, type RunReport } from "../stubs/state.ts";
import { RUNTIME_CLIENT } from "../subject/build.ts";
import type { Subject } from "../subject/subjects.ts";
import type { Prepared } from "../workloads/store.ts";
import { type Core, pinned } from "./pin.ts";

export interface RunOptions {
  readonly subject: Subject;
  readonly workload: Prepared;
  readonly invocations: number;
  readonly standIns: StandIns;
  readonly core: Core;
  readonly nodeArgs?: readonly string[];
  readonly save?: string;
}

/** One process of a subject, from its start through all invocations. Times in milliseconds, sizes in bytes. */
export interface Run {
  readonly invocations: number;
  /** Of the warm invocations: all but the first, unless there was only one. */
  readonly events: number;
  readonly rawBytes: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly eventsPerCpuSecond: number;
  readonly megabytesPerSecond: number;
  readonly cpuByThread: Readonly<Record<string, number>>;
  readonly peakRss: number;
  readonly startToFirstBulkMs: number;
  readonly startToReadyMs: number;
  readonly requests: number;
  readonly bulkRawBytes: number;
  readonly bulkWireBytes: number;
  readonly s3Requests: number;
  readonly s3Connections: number;
  /** Share of the run's wall time that the stand-ins were at work: near 1, they were what it waited for. */
  readonly standInBusy: number;
}

/** Fails when an invocation does, or when more or fewer documents arrive than there are records. */
export async function runOnce(options: RunOptions): Promise<Run> {
  const { subject, workload, standIns, invocations, save } = options;
  const { pack, objects, events } = workload;
  await standIns.begin({ pack, objects, events: events.map(({ file }) => file), invocations, save });
  const startedAt = now();
  const child = startFunction(options);
  try {
    await standIns.measure(child.pid as number);
    const exited = once(child, "exit").then(([code]) => Promise.reject(new Error(`${subject.name} ended (${code})`)));
    const report = await Promise.race([standIns.end(), exited]);
    const endedAt = now();
    check(subject, workload, report, invocations);
    return measured(workload, report, startedAt, endedAt);
  } finally {
    await stop(child);
  }
}

function startFunction({ subject, standIns, core, nodeArgs = [] }: RunOptions): ChildProcess {
  const { addresses } = standIns;
  const [command, ...args] = pinned(core, [process.execPath, ...nodeArgs, RUNTIME_CLIENT, subject.handler]);
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: `http://${addresses.s3}`,
    AWS_LAMBDA_RUNTIME_API: addresses.runtime,
    AWS_LAMBDA_FUNCTION_NAME: "forwarder",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
    LAMBDA_TASK_ROOT: path.dirname(subject.handler),
    AWS_LAMBDA_LOG_LEVEL: "WARN",
    ...subject.env(addresses),
  };
  return spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}

function check(subject: Subject, workload: Prepared, report: RunReport, invocations: number): void {
  const failed = report.invoked.find((each) => each.failed);
  if (failed !== undefined) throw new Error(`${subject.name} failed: ${failed.answer}`);
  const expected = taken(workload, 0, invocations).records;
  const { documents, faults } = report.sink;
  if (faults.length > 0) throw new Error(`${subject.name} sent a malformed body: ${faults.join("; ")}`);
  if (documents !== expected)
    throw new Error(`${subject.name} delivered ${documents} documents instead of ${expected}`);
  const refused = report.invoked.find((each) => /"itemIdentifier"/.test(each.answer));
  if (refused !== undefined) throw new Error(`${subject.name} reported failures: ${refused.answer}`);
}

/** Records and bytes of the invocations `from` up to `to`. */
function taken({ events }: Prepared, from: number, to: number): { records: number; rawBytes: number } {
  let records = 0;
  let rawBytes = 0;
  for (let i = from; i < to; i++) {
    const event = events[i % events.length];
    records += event?.records ?? 0;
    rawBytes += event?.rawBytes ?? 0;
  }
  return { records, rawBytes };
}

function measured(workload: Prepared, report: RunReport, startedAt: number, endedAt: number): Run {
  const { invoked, sink, standInCpu, s3Requests, s3Connections } = report;
  const first = invoked.length > 1 ? 1 : 0;
  const warm = invoked.slice(first);
  const { records, rawBytes } = taken(workload, first, invoked.length);
  const cpuSeconds = warm.reduce((sum, { before, after }) => sum + after.cpu - before.cpu, 0);
  const wallSeconds = warm.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
  return {
    invocations: invoked.length,
    events: records,
    rawBytes,
    cpuSeconds,
    wallSeconds,
    eventsPerCpuSecond: records / cpuSeconds,
    megabytesPerSecond: rawBytes / 1e6 / wallSeconds,
    cpuByThread: byThread(warm.map(({ before, after }) => [before, after] as const)),
    peakRss: Math.max(...invoked.map(({ after }) => after.peakRss)),
    startToFirstBulkMs: (sink.firstAt ?? Number.NaN) - startedAt,
    startToReadyMs: (report.readyAt ?? Number.NaN) - startedAt,
    requests: sink.requests,
    bulkRawBytes: sink.rawBytes,
    bulkWireBytes: sink.wireBytes,
    s3Requests,
    s3Connections,
    standInBusy: standInCpu / ((endedAt - startedAt) / 1000),
  };
}

function byThread(spans: readonly (readonly [ProcessStat, ProcessStat])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [before, after] of spans)
    for (const [name, cpu] of Object.entries(after.cpuByThread))
      sums[name] = (sums[name] ?? 0) + cpu - (before.cpuByThread[name] ?? 0);
  return sums;
}
