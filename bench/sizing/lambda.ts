import { type Architecture, PRICES } from "./prices.ts";

/** MB of a memory setting that comes with one whole vCPU; less comes with its share (AWS Lambda: Configure function memory). */
export const MB_PER_VCPU = 1769;
const MB_PER_GB = 1024;
/** What a setting must have beyond the largest resident size measured. */
const HEADROOM = 1.25;

/** How fast something is, and in what portions it comes. */
export interface Rate {
  readonly eventsPerCpuSecond: number;
  readonly eventsPerInvocation: number;
  /** Of log text. */
  readonly bytesPerEvent: number;
}

/** Of one function at once. Beyond one vCPU no faster: nearly all of the work is one thread's. */
export function eventsPerSecond(eventsPerCpuSecond: number, memoryMb: number): number {
  return eventsPerCpuSecond * Math.min(1, memoryMb / MB_PER_VCPU);
}

export function fits(peakBytes: number, memoryMb: number): boolean {
  return peakBytes * HEADROOM <= memoryMb * 1024 * 1024;
}

/**
 * Dollars for one event, at any setting up to one vCPU: half the memory has half the CPU and takes twice as long. The
 * function is taken to compute all the time; what it waits is billed on top.
 */
export function costPerEvent({ eventsPerCpuSecond, eventsPerInvocation }: Rate, architecture: Architecture): number {
  const gbSeconds = MB_PER_VCPU / MB_PER_GB / eventsPerCpuSecond;
  return gbSeconds * PRICES.lambda.gbSecond[architecture] + PRICES.lambda.request / eventsPerInvocation;
}

/** Dollars for 10⁹ bytes of log text. */
export function costPerGigabyte(rate: Rate, architecture: Architecture): number {
  return (costPerEvent(rate, architecture) / rate.bytesPerEvent) * 1e9;
}
