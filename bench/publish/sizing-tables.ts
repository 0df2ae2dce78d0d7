import { breakEvenPerDay, capacityPerDay, TASKS, taskPerMonth } from "../sizing/fargate.ts";
import { costPerEvent, costPerGigabyte, eventsPerSecond, fits, type Rate } from "../sizing/lambda.ts";
import { HOURS_PER_MONTH, PRICES } from "../sizing/prices.ts";
import { MESSAGES_PER_HOUR } from "../targets/targets.ts";
import type { Lookup } from "./lookup.ts";
import type { Peers } from "./peers.ts";
import { markdownTable } from "./sections.ts";

const WORKLOADS = [
  ["w1", "sluice", "load balancer logs"],
  ["w1", "sluice-ecs", "load balancer logs, parsed to ECS"],
  ["w2", "sluice", "CloudTrail"],
  ["w2", "sluice-ecs", "CloudTrail, parsed to ECS"],
  ["vpc-4m", "sluice-ecs", "VPC flow logs, parsed to ECS"],
  ["w3", "sluice", "CloudWatch Logs by way of Kinesis"],
  ["w3", "sluice-both", "the same, to Elasticsearch and archive"],
  ["w4", "sluice", "JSON lines"],
  ["w5", "sluice", "objects of 10 to 16 lines"],
] as const;

const SETTINGS_MB = [256, 512, 1024, 1769];

export function throughputTable({ row }: Lookup): string {
  const rows = WORKLOADS.map(([workload, subject, words]) => {
    const { eventsPerCpuSecond, peakRss } = row(workload, subject);
    const each = SETTINGS_MB.map((mb) =>
      fits(peakRss, mb) ? grouped(eventsPerSecond(eventsPerCpuSecond, mb)) : "too small",
    );
    return [words, (peakRss / 1e6).toFixed(0), ...each];
  });
  return markdownTable(["events a second", "peak, MB", ...SETTINGS_MB.map((mb) => `${grouped(mb)} MB`)], rows);
}

const COST_HEAD = ["", "$ per million events, arm64", "x86", "$ per GB of log, arm64", "x86"];

export function costTable({ row }: Lookup): string {
  return markdownTable(
    COST_HEAD,
    WORKLOADS.map(([workload, subject, words]) => [words, ...costs(row(workload, subject))]),
  );
}

/** Sluice's row of each workload, then what the others would cost for the same. */
export function peersTable({ row }: Lookup, { peers }: Peers): string {
  const rows = WORKLOADS.filter(([, subject]) => subject === "sluice").flatMap(([workload, , words]) => {
    const own = row(workload, "sluice");
    const others = peers.flatMap(({ name, eventsPerCpuSecond }) => {
      const speed = eventsPerCpuSecond[workload];
      return speed === undefined ? [] : [[`${name}*`, ...costs({ ...own, eventsPerCpuSecond: speed })]];
    });
    return [
      [`**${words}**: Sluice`, ...costs(own)],
      ["naive", ...costs({ ...own, eventsPerCpuSecond: row(workload, "naive").eventsPerCpuSecond })],
      ...others,
    ];
  });
  return markdownTable(COST_HEAD, rows);
}

/** 20 million messages an hour, all month. */
export function streamCost({ row, target }: Lookup): string {
  const perMonth = (costPerEvent(row("w3", "sluice-both"), "arm64") * MESSAGES_PER_HOUR * HOURS_PER_MONTH).toFixed(2);
  const share = (target("messages").median * 100).toFixed(1);
  const messages = `${MESSAGES_PER_HOUR / 1e6} million messages an hour`;
  return `${messages} from CloudWatch Logs by way of Kinesis, to Elasticsearch and the archive, take ${share} % of one vCPU: $ ${perMonth} a month of Lambda on arm64.`;
}

const { natGateway, kinesisShard, kinesisOnDemand, interfaceEndpoint } = PRICES.idle;

const IDLE: readonly (readonly [pipeline: string, what: string, hourly: number])[] = [
  ["S3 → SQS → Lambda → Elasticsearch on the internet", "queue and function cost nothing at rest", 0],
  ["CloudWatch Logs → Lambda, any region", "nothing", 0],
  ["CloudWatch Logs → Kinesis → Lambda", "1 shard", kinesisShard],
  ["the same on demand", "1 stream", kinesisOnDemand],
  ["Lambda in a VPC, cluster and S3 inside", "S3 gateway endpoint: nothing", 0],
  ["… with secrets in SSM", "1 interface endpoint in 2 zones", 2 * interfaceEndpoint],
  ["… or with the cluster on the internet", "NAT gateway in 1 zone, and $ 0.045 a GB through it", natGateway],
  ["… the same in 2 zones", "2 NAT gateways", 2 * natGateway],
];

export function idleTable(): string {
  return markdownTable(
    ["pipeline", "what is there at rest", "$ an hour", "$ a month"],
    IDLE.map(([pipeline, what, hourly]) => [pipeline, what, String(hourly), (hourly * HOURS_PER_MONTH).toFixed(2)]),
  );
}

export function breakEvenTable({ row }: Lookup): string {
  const head = TASKS.map((task) => `${task.vcpu} vCPU, ${task.gb} GB: $ ${taskPerMonth(task).toFixed(2)} a month`);
  const rows = WORKLOADS.map(([workload, subject, words]) => {
    const rate: Rate = row(workload, subject);
    return [
      words,
      ...TASKS.map((task) => `${gigabytes(breakEvenPerDay(task, rate))} of ${gigabytes(capacityPerDay(task, rate))}`),
    ];
  });
  return markdownTable(["GB a day", ...head], rows);
}

function costs(rate: Rate): string[] {
  const million = (["arm64", "x86"] as const).map((architecture) => dollars(costPerEvent(rate, architecture) * 1e6));
  const gigabyte = (["arm64", "x86"] as const).map((architecture) => dollars(costPerGigabyte(rate, architecture)));
  return [...million, ...gigabyte];
}

/** Two digits that count. */
function dollars(value: number): string {
  return value.toFixed(Math.max(2, 1 - Math.floor(Math.log10(value))));
}

function gigabytes(value: number): string {
  return grouped(value < 10 ? Number(value.toPrecision(2)) : value);
}

function grouped(value: number): string {
  return (value < 10 ? value : Math.round(value)).toLocaleString("en-US");
}
