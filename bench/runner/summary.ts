import { subjectNamed } from "../subject/subjects.ts";
import { type Measurement, runsOf } from "./measurement.ts";
import type { Run } from "./run-once.ts";
import { median, type Spread, spread } from "./statistics.ts";
import { mb, table, thousands } from "./table.ts";

/** A subject on a workload: medians over the rounds. */
export interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly rounds: number;
  readonly eventsPerCpuSecond: number;
  /** To its yardstick on the same workload in the same round. */
  readonly ratio?: Spread;
  readonly megabytesPerSecond: number;
  /** Of log text. */
  readonly bytesPerEvent: number;
  readonly eventsPerInvocation: number;
  /** Of a document, in bulk requests and objects put, as compressed; NaN (null as JSON) where nothing is sent. */
  readonly sentBytesPerDocument: number | null;
  readonly peakRss: number;
  /** NaN (null as JSON) where nothing goes to Elasticsearch. */
  readonly startToFirstBulkMs: number | null;
}

/** In the order in which they were run first. */
export function rowsOf(all: readonly Measurement[]): Row[] {
  const pairs = new Map(all.map(({ workload, subject }) => [`${workload} ${subject}`, [workload, subject] as const]));
  return [...pairs.values()].map(([workload, subject]) => {
    const runs = runsOf(all, [workload, subject]).map(({ run }) => run);
    const of = (pick: (run: Run) => number): number => median(runs.map(pick));
    const ratio = ratioOf(all, workload, subject);
    return {
      workload,
      subject,
      rounds: runs.length,
      eventsPerCpuSecond: of((run) => run.eventsPerCpuSecond),
      ...(ratio === undefined ? {} : { ratio }),
      megabytesPerSecond: of((run) => run.megabytesPerSecond),
      bytesPerEvent: of((run) => run.rawBytes / run.events),
      eventsPerInvocation: of((run) => run.events / run.invocations),
      sentBytesPerDocument: of(
        ({ bulk, archive }) => (bulk.wireBytes + archive.wireBytes) / (bulk.documents + archive.documents),
      ),
      peakRss: of((run) => run.peakRss),
      startToFirstBulkMs: of((run) => run.startToFirstBulkMs),
    };
  });
}

function ratioOf(all: readonly Measurement[], workload: string, subject: string): Spread | undefined {
  const { yardstick } = subjectNamed(subject);
  if (yardstick === undefined) return undefined;
  const base = new Map(runsOf(all, [workload, yardstick]).map(({ round, run }) => [round, run.eventsPerCpuSecond]));
  const ratios = runsOf(all, [workload, subject]).flatMap(({ round, run }) => {
    const speed = base.get(round);
    return speed === undefined ? [] : [run.eventsPerCpuSecond / speed];
  });
  return ratios.length === 0 ? undefined : spread(ratios);
}

const HEAD = [
  ...["workload", "subject", "events/CPU s", "× yardstick", "quartiles", "MB/s"],
  ...["bytes sent", "peak MB", "first bulk ms"],
];

export function summary(rows: readonly Row[]): string {
  return table(
    HEAD,
    rows.map(({ workload, subject, ratio, ...row }) => [
      workload,
      subject,
      thousands(row.eventsPerCpuSecond),
      ratio?.median.toFixed(2) ?? "",
      ratio === undefined ? "" : `${ratio.from.toFixed(2)}–${ratio.to.toFixed(2)}`,
      row.megabytesPerSecond.toFixed(0),
      orNothing(row.sentBytesPerDocument),
      mb(row.peakRss),
      orNothing(row.startToFirstBulkMs),
    ]),
  );
}

/** Whole; empty for what there isn't. */
export function orNothing(value: number | null): string {
  return value === null || Number.isNaN(value) ? "" : value.toFixed(0);
}
