import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ProcessStat } from "../stubs/process-stat.ts";
import type { StandIns } from "../stubs/stand-ins.ts";
import { now, type RunReport, type SinkCounts } from "../stubs/state.ts";
import { RUNTIME_CLIENT } from "../subject/build.ts";
import type { Subject } from "../subject/subjects.ts";
import type { Amount, EventFile, Prepared } from "../workloads/store.ts";
import { cellsOf } from "./cells.ts";
import { type Core, pinned } from "./pin.ts";

export interface RunOptions {
  readonly subject: Subject;
  readonly workload: Prepared;
  /** Invocations that aren't counted, and those that are, after them. */
  readonly warmUps: number;
  readonly counted: number;
  readonly standIns: StandIns;
  readonly core: Core;
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly save?: string;
  readonly saveObjects?: string;
}

/** One process of a subject, from its start through all invocations. Times in milliseconds, sizes in bytes. */
export interface Run {
  /** Those that are counted; events, bytes, CPU and wall time are theirs. */
  readonly invocations: number;
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
  readonly bulk: SinkCounts;
  readonly archive: SinkCounts;
  readonly s3Requests: number;
  readonly s3Connections: number;
  /** Wall time of the whole run, its start and what isn't counted included. */
  readonly seconds: number;
  /** Share of the run's wall time that the stand-ins were at work: near 1, they were what it waited for. */
  readonly standInBusy: number;
}

/** Fails when an invocation does, or when more or fewer documents arrive than there are records. */
export async function runOnce(options: RunOptions): Promise<Run> {
  const { subject, workload, standIns, save, saveObjects } = options;
  const { pack, objects } = workload;
  const events = eventsOf(options);
  await standIns.begin({ pack, objects, events: events.map(({ file }) => file), save, saveObjects });
  const startedAt = now();
  const child = startFunction(options);
  try {
    await standIns.measure(child.pid as number);
    const exited = once(child, "exit").then(([code]) => Promise.reject(new Error(`${subject.name} ended (${code})`)));
    const report = await Promise.race([standIns.end(), exited]);
    const endedAt = now();
    check(subject, events, report);
    return measured(report, total(events.slice(options.warmUps)), options.warmUps, startedAt, endedAt);
  } finally {
    await stop(child);
  }
}

/** What each invocation is handed: those that warm up first, then the workload's events in turn. */
function eventsOf({ workload: { warmUp, events }, warmUps, counted }: RunOptions): readonly EventFile[] {
  const before = warmUp === undefined ? 0 : warmUps;
  return Array.from({ length: warmUps + counted }, (_, i) =>
    i < before ? (warmUp as EventFile) : (events[(i - before) % events.length] as EventFile),
  );
}

function startFunction({ subject, workload, standIns, core, nodeArgs = [], env }: RunOptions): ChildProcess {
  const [command, ...args] = pinned(core, [process.execPath, ...nodeArgs, RUNTIME_CLIENT, subject.handler]);
  const all = { ...functionEnv(subject, workload, standIns), ...env };
  return spawn(command, args, { env: all, stdio: ["ignore", "ignore", "inherit"] });
}

/** What Lambda sets, the subject's configuration, and where the stand-ins are. */
export function functionEnv(subject: Subject, workload: Prepared, { addresses }: StandIns): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: `http://${addresses.s3}`,
    AWS_LAMBDA_RUNTIME_API: addresses.runtime,
    AWS_LAMBDA_FUNCTION_NAME: "forwarder",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
    LAMBDA_TASK_ROOT: path.dirname(subject.handler),
    AWS_LAMBDA_LOG_LEVEL: "WARN",
    ...subject.env({ addresses, cells: cellsOf(workload) }),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}

function check(subject: Subject, events: readonly EventFile[], report: RunReport): void {
  const failed = report.invoked.find((each) => each.failed);
  if (failed !== undefined) throw new Error(`${subject.name} failed: ${failed.answer}`);
  const { records } = total(events);
  checkReceived(`${subject.name}, bulk requests`, report.bulk, records * subject.deliveries.bulk);
  checkReceived(`${subject.name}, objects put`, report.archive, records * subject.deliveries.archive);
  const refused = report.invoked.find((each) => /"itemIdentifier"/.test(each.answer));
  if (refused !== undefined) throw new Error(`${subject.name} reported failures: ${refused.answer}`);
}

function checkReceived(what: string, { documents, faults }: SinkCounts, expected: number): void {
  if (faults.length > 0) throw new Error(`${what}: malformed: ${faults.join("; ")}`);
  if (documents !== expected) throw new Error(`${what}: ${documents} documents instead of ${expected}`);
}

function total(events: readonly EventFile[]): Amount {
  let records = 0;
  let rawBytes = 0;
  for (const event of events) {
    records += event.records;
    rawBytes += event.rawBytes;
  }
  return { records, rawBytes };
}

function measured(report: RunReport, amount: Amount, warmUps: number, startedAt: number, endedAt: number): Run {
  const { invoked, bulk, archive, standInCpu, s3Requests, s3Connections } = report;
  const { records, rawBytes } = amount;
  const warm = invoked.slice(warmUps);
  const cpuSeconds = warm.reduce((sum, { before, after }) => sum + after.cpu - before.cpu, 0);
  const wallSeconds = warm.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
  return {
    invocations: warm.length,
    events: records,
    rawBytes,
    cpuSeconds,
    wallSeconds,
    eventsPerCpuSecond: records / cpuSeconds,
    megabytesPerSecond: rawBytes / 1e6 / wallSeconds,
    cpuByThread: byThread(warm.map(({ before, after }) => [before, after] as const)),
    peakRss: Math.max(...invoked.map(({ after }) => after.peakRss)),
    startToFirstBulkMs: (bulk.firstAt ?? Number.NaN) - startedAt,
    startToReadyMs: (report.readyAt ?? Number.NaN) - startedAt,
    bulk,
    archive,
    s3Requests,
    s3Connections,
    seconds: (endedAt - startedAt) / 1000,
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
