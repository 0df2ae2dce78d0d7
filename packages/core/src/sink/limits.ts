import type { Overrides } from "../config/config.ts";
import type { SinkLimits } from "../ports/sink.ts";

const MiB = 1024 * 1024;

export const DEFAULT_LIMITS: SinkLimits = {
  maxBatchBytes: 5 * MiB,
  maxBatchRecords: 10_000,
  maxRecordBytes: 10 * MiB,
  maxInFlight: 2,
  maxOpenPartitions: 64,
};

/** Config over the adapter's own over the defaults. A record may not be larger than a batch. */
export function limitsOf(own: Overrides<SinkLimits> = {}, configured: Overrides<SinkLimits> = {}): SinkLimits {
  const pick = <K extends keyof SinkLimits>(name: K): SinkLimits[K] =>
    configured[name] ?? own[name] ?? DEFAULT_LIMITS[name];
  const maxBatchBytes = pick("maxBatchBytes");
  return {
    maxBatchBytes,
    maxBatchRecords: pick("maxBatchRecords"),
    maxRecordBytes: Math.min(pick("maxRecordBytes"), maxBatchBytes),
    maxInFlight: pick("maxInFlight"),
    maxOpenPartitions: pick("maxOpenPartitions"),
    cellBytes: pick("cellBytes"),
  };
}
