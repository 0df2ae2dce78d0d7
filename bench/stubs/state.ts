import type { ProcessStat } from "./process-stat.ts";

/** What the sink stand-in has seen in this run. */
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
  /** Files with events, handed out in turn. */
  readonly events: readonly string[];
  readonly invocations: number;
  /** Appends every body, inflated, to this file. */
  readonly save?: string | undefined;
}

export interface RunReport {
  readonly sink: SinkCounts;
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

export function noCounts(): SinkCounts {
  return { requests: 0, documents: 0, rawBytes: 0, wireBytes: 0, faults: [], firstAt: undefined };
}

export function now(): number {
  return performance.timeOrigin + performance.now();
}
