import type { Pair } from "../runner/measurement.ts";
import type { Run } from "../runner/run-once.ts";
import type { Bound } from "./judge.ts";

/** What one round has measured. */
export interface Round {
  run(...pair: Pair): Run;
  /** Bytes of code that are loaded for an object in S3 and Elasticsearch. */
  readonly loadedBytes: number;
}

export type Unit = "×" | "MB" | "ms" | "cores";

/** Something promised, and how it is read from a round. */
export interface Target {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly bound: Bound;
  /** Runs that a round must have. */
  readonly pairs: readonly Pair[];
  readonly value: (round: Round) => number;
}

/** CloudWatch Logs by way of Kinesis, to Elasticsearch and the archive: what one core is to spend a tenth of itself on. */
export const MESSAGES_PER_HOUR = 20_000_000;

export const TARGETS: readonly Target[] = [
  faster("w1", "load balancer logs, × naive", ["w1", "sluice"], ["w1", "naive"], 3.1),
  faster("w2", "CloudTrail, × naive", ["w2", "sluice"], ["w2", "naive"], 2.2),
  faster("w3", "CloudWatch Logs by way of Kinesis, × naive", ["w3", "sluice"], ["w3", "naive"], 3.1),
  faster("w4", "JSON lines, × naive", ["w4", "sluice"], ["w4", "naive"], 3.1),
  faster("w5", "2,000 tiny objects, × naive", ["w5", "sluice"], ["w5", "naive"], 2.8),
  faster(
    "w1-plain",
    "load balancer logs, uncompressed, × naive compressed",
    ["w1", "sluice-plain"],
    ["w1", "naive"],
    5,
  ),
  faster("w1-ecs", "load balancer logs to ECS, × naive unparsed", ["w1", "sluice-ecs"], ["w1", "naive"], 1.25),
  faster("w2-ecs", "CloudTrail to ECS, × naive unparsed", ["w2", "sluice-ecs"], ["w2", "naive"], 1),
  faster("vpc-ecs", "VPC flow logs to ECS, × naive unparsed", ["vpc-4m", "sluice-ecs"], ["vpc-4m", "naive"], 1),
  {
    id: "first-bulk",
    title: "process start to first bulk request, load balancer logs",
    unit: "ms",
    bound: { atMost: 220 },
    pairs: [["w1", "sluice"]],
    value: ({ run }) => run("w1", "sluice").startToFirstBulkMs,
  },
  {
    id: "code",
    title: "code loaded for S3 and Elasticsearch",
    unit: "MB",
    bound: { atMost: 1.5 },
    pairs: [],
    value: ({ loadedBytes }) => loadedBytes / 1e6,
  },
  peak("w1", "load balancer logs", 160),
  peak("w2", "CloudTrail", 160),
  peak("w3", "CloudWatch Logs by way of Kinesis", 200),
  peak("w4", "JSON lines", 160),
  peak("w5", "2,000 tiny objects", 200),
  peak("w1-1g", "1 GB in one object", 160),
  dearer("linear", "1 GB in one object, × 64 MB", [["w1-1g", "sluice"]], [["w1", "sluice"]], 1.1),
  dearer(
    "concurrency",
    "8 and 64 tiny objects at once, × 1 and 8: the dearer step",
    [
      ["small-8", "sluice-wide"],
      ["small-64", "sluice-wide"],
    ],
    [
      ["small-1", "sluice-wide"],
      ["small-8", "sluice-wide"],
    ],
    1.1,
  ),
  {
    id: "sinks",
    title: "each of four further sinks, × what the first adds to reading, CPU per event",
    unit: "×",
    bound: { atMost: 1.1 },
    pairs: [
      ["w1-16m", "sluice-0-sinks"],
      ["w1-16m", "sluice"],
      ["w1-16m", "sluice-5-sinks"],
    ],
    value: ({ run }) => {
      const read = cpuPerEvent(run("w1-16m", "sluice-0-sinks"));
      const one = cpuPerEvent(run("w1-16m", "sluice"));
      const five = cpuPerEvent(run("w1-16m", "sluice-5-sinks"));
      return (five - one) / 4 / (one - read);
    },
  },
  faster(
    "archive",
    "archive, × gzip alone of the same bytes",
    ["w1-16m", "sluice-archive"],
    ["w1-16m", "gzip-only"],
    0.8,
  ),
  {
    id: "messages",
    title: "20 million messages an hour by way of Kinesis to Elasticsearch and archive",
    unit: "cores",
    bound: { atMost: 0.1 },
    pairs: [["w3", "sluice-both"]],
    value: ({ run }) => (MESSAGES_PER_HOUR / 3600) * cpuPerEvent(run("w3", "sluice-both")),
  },
];

/** Events per CPU-second of one by those of the other. */
function faster(id: string, title: string, subject: Pair, yardstick: Pair, atLeast: number): Target {
  return {
    id,
    title,
    unit: "×",
    bound: { atLeast },
    pairs: [yardstick, subject],
    value: ({ run }) => run(...subject).eventsPerCpuSecond / run(...yardstick).eventsPerCpuSecond,
  };
}

/** CPU per event of each by that of its base: the largest. */
function dearer(id: string, title: string, each: readonly Pair[], bases: readonly Pair[], atMost: number): Target {
  return {
    id,
    title: `${title}, CPU per event`,
    unit: "×",
    bound: { atMost },
    pairs: [...bases, ...each],
    value: ({ run }) =>
      Math.max(...each.map((pair, i) => cpuPerEvent(run(...pair)) / cpuPerEvent(run(...(bases[i] as Pair))))),
  };
}

function peak(workload: string, what: string, megabytes: number): Target {
  return {
    id: `peak-${workload}`,
    title: `peak memory, ${what}`,
    unit: "MB",
    bound: { atMost: megabytes },
    pairs: [[workload, "sluice"]],
    value: ({ run }) => run(workload, "sluice").peakRss / 1e6,
  };
}

function cpuPerEvent({ cpuSeconds, events }: Run): number {
  return cpuSeconds / events;
}
