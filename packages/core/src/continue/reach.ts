import { PASSING_SHARE } from "../time-left.ts";

/** Memory of a Lambda function, in MB, that comes with one vCPU; less comes with a share of it. AWS Lambda: Configure function memory. */
export const FULL_VCPU_MB = 1769;

export type ReachUnit = "bytes" | "rows";

/** What an object is that has no places where reading can begin. */
export type PassedKind = "zlib" | "zip" | "zstd" | "nested" | "late" | "parquet";

interface Passed {
  readonly unit: ReachUnit;
  /** Decoded bytes, or rows, that one vCPU passes over in a second. */
  readonly aSecond: number;
}

/**
 * How fast such objects are passed over: half, or less, of what bench/passing.ts measured for short records, lines of 110 bytes and
 * rows of 29 columns (bench/README.md "Passing over": 63 to 68 MB/s, 21 MB/s of bzip2 in gzip, 162,000 rows/s). `nested`: compression
 * within compression, the slowest pair; `late`: no record begins in the first 256 KiB, whatever the compression.
 */
export const PASSED: Readonly<Record<PassedKind, Passed>> = {
  zlib: { unit: "bytes", aSecond: 30e6 },
  zip: { unit: "bytes", aSecond: 30e6 },
  zstd: { unit: "bytes", aSecond: 30e6 },
  nested: { unit: "bytes", aSecond: 10e6 },
  late: { unit: "bytes", aSecond: 10e6 },
  parquet: { unit: "rows", aSecond: 80e3 },
};

/** What an invocation is given. */
export interface Given {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

export interface Reach {
  readonly kind: PassedKind;
  readonly unit: ReachUnit;
  /** Up to here an object is gone on with by as many invocations as it takes, however far each gets: none is refused. */
  readonly most: number;
}

/** How large an object of each kind may be: what is passed over within the part of an invocation that may be spent on it. */
export function reachOf({ timeoutMs, memoryMb }: Given): readonly Reach[] {
  const seconds = timeoutMs / PASSING_SHARE / 1000;
  const share = Math.min(1, memoryMb / FULL_VCPU_MB);
  return Object.entries(PASSED).map(([kind, { unit, aSecond }]) => ({
    kind: kind as PassedKind,
    unit,
    most: Math.floor(aSecond * share * seconds),
  }));
}
