import { costPerGigabyte, type Rate } from "./lambda.ts";
import { HOURS_PER_MONTH, PRICES } from "./prices.ts";

/** A task that never stops. */
export interface Task {
  readonly vcpu: number;
  readonly gb: number;
}

/** The smallest memory that each comes with. */
export const TASKS: readonly Task[] = [
  { vcpu: 0.25, gb: 0.5 },
  { vcpu: 0.5, gb: 1 },
  { vcpu: 1, gb: 2 },
];

const SECONDS_PER_DAY = 86_400;

export function taskPerMonth(task: Task): number {
  return taskPerHour(task) * HOURS_PER_MONTH;
}

/** Gigabytes of log text a day from which the task costs less than Lambda on arm64 would. */
export function breakEvenPerDay(task: Task, rate: Rate): number {
  return (taskPerHour(task) * 24) / costPerGigabyte(rate, "arm64");
}

/** Gigabytes of log text a day that the task can do at most. */
export function capacityPerDay({ vcpu }: Task, { eventsPerCpuSecond, bytesPerEvent }: Rate): number {
  return (vcpu * SECONDS_PER_DAY * eventsPerCpuSecond * bytesPerEvent) / 1e9;
}

function taskPerHour({ vcpu, gb }: Task): number {
  return vcpu * PRICES.fargate.vcpu + gb * PRICES.fargate.gb;
}
