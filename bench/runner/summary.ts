import { availableParallelism, cpus, loadavg } from "node:os";
import type { Subject } from "../subject/subjects.ts";
import type { Workload } from "../workloads/workloads.ts";
import type { Cores } from "./pin.ts";
import type { Run } from "./run-once.ts";
import { median, quantile } from "./statistics.ts";
import { mb, table, thousands } from "./table.ts";

/** A run and where it stands in the plan. */
export interface Measurement {
  readonly workload: string;
  readonly subject: string;
  readonly round: number;
  readonly run: Run;
}

export interface Machine {
  readonly model: string;
  readonly cores: number;
  readonly node: string;
  readonly pinned: boolean;
  /** Processes that wanted a core, at the end, averaged over a minute: the bench itself makes up to 2. */
  readonly load: number;
}

export function machine(cores: Cores): Machine {
  return {
    model: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    pinned: cores.function !== undefined,
    load: loadavg()[0] ?? 0,
  };
}

/** A subject's events per CPU-second by its yardstick's of the same round, over the rounds. */
export interface Ratio {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

export function ratio(all: readonly Measurement[], workload: string, subject: Subject): Ratio | undefined {
  const speeds = (name: string): Map<number, number> =>
    new Map(runsOf(all, workload, name).map(({ round, run }) => [round, run.eventsPerCpuSecond]));
  const yardstick = speeds(subject.yardstick ?? "");
  const ratios = [...speeds(subject.name)].flatMap(([round, speed]) => speed / (yardstick.get(round) ?? Number.NaN));
  const sound = ratios.filter((value) => !Number.isNaN(value));
  if (sound.length === 0) return undefined;
  return { median: median(sound), from: quantile(sound, 0.25), to: quantile(sound, 0.75) };
}

const HEAD = ["workload", "subject", "events/CPU s", "× yardstick", "quartiles", "MB/s", "peak MB", "first bulk ms"];

/** One row for each workload and subject: medians over the rounds. */
export function summary(
  all: readonly Measurement[],
  workloads: readonly Workload[],
  subjects: readonly Subject[],
): string {
  const rows = workloads.flatMap(({ name }) => subjects.map((subject) => row(all, name, subject)));
  return table(
    HEAD,
    rows.filter((cells) => cells !== undefined),
  );
}

function row(all: readonly Measurement[], workload: string, subject: Subject): string[] | undefined {
  const runs = runsOf(all, workload, subject.name).map(({ run }) => run);
  if (runs.length === 0) return undefined;
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const compared = ratio(all, workload, subject);
  return [
    workload,
    subject.name,
    thousands(of((run) => run.eventsPerCpuSecond)),
    compared === undefined ? "" : compared.median.toFixed(2),
    compared === undefined ? "" : `${compared.from.toFixed(2)}–${compared.to.toFixed(2)}`,
    of((run) => run.megabytesPerSecond).toFixed(0),
    mb(of((run) => run.peakRss)),
    of((run) => run.startToFirstBulkMs).toFixed(0),
  ];
}

function runsOf(all: readonly Measurement[], workload: string, subject: string): Measurement[] {
  return all.filter((each) => each.workload === workload && each.subject === subject);
}
