import type { ProcessStat } from "./process-stat.ts";

/** What a receiver has seen in this run: Elasticsearch of bulk requests, S3 of objects put. */
export interface SinkCounts {
  requests: number;
  documents: number;
  /** Of the bodies, as they are once inflated … */
  rawBytes: number;
  /** … and as they came. */
  wireBytes: number;
  /** What was wrong with them, cut to the first few. */
  readonly faults: string[];
  /** Wall clock, milliseconds since the epoch. */
  firstAt: number | undefined;
}

export interface Invoked {
  /** Wall clock, milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Of the function's process, at start and end. */
  readonly before: ProcessStat;
  readonly after: ProcessStat;
  /** What the function answered, or how it failed: the first 2,000 characters. */
  readonly answer: string;
  readonly failed: boolean;
}

export interface RunOrder {
  /** File that holds all objects, one after another. */
  readonly pack: string;
  readonly objects: readonly {
    readonly key: string;
    readonly start: number;
    readonly size: number;
    readonly etag: string;
  }[];
  /** The file with the event of each invocation. */
  readonly events: readonly string[];
  /** Appends every bulk body, inflated, to this file. */
  readonly save?: string | undefined;
  /** Writes every object put, inflated, to a file of its own in this folder. */
  readonly saveObjects?: string | undefined;
}

export interface RunReport {
  readonly bulk: SinkCounts;
  readonly archive: SinkCounts;
  readonly s3Requests: number;
  readonly s3Connections: number;
  readonly invoked: readonly Invoked[];
  /** When the function first asked for work; wall clock, milliseconds since the epoch. */
  readonly readyAt: number | undefined;
  /** All invocations have ended, or the function couldn't start. */
  readonly done: boolean;
  /** CPU seconds that the stand-ins themselves used during the run. */
  readonly standInCpu: number;
}

const MAX_FAULTS = 5;

export function noCounts(): SinkCounts {
  return { requests: 0, documents: 0, rawBytes: 0, wireBytes: 0, faults: [], firstAt: undefined };
}

/** One more body: as it came, and inflated. */
export function count(counts: SinkCounts, wire: Buffer, body: Buffer, documents: number, fault?: string): void {
  counts.requests += 1;
  counts.documents += documents;
  counts.rawBytes += body.length;
  counts.wireBytes += wire.length;
  if (fault !== undefined && counts.faults.length < MAX_FAULTS) counts.faults.push(fault);
}

export function now(): number {
  return performance.timeOrigin + performance.now();
}
