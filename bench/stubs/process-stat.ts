import { readdirSync, readFileSync } from "node:fs";

/** What /proc tells of a process. */
export interface ProcessStat {
  /** CPU seconds of all its threads. */
  readonly cpu: number;
  /** The same by the thread's name (libuv's workers, V8's workers …), for a closer look. */
  readonly cpuByThread: Readonly<Record<string, number>>;
  /** Largest resident size so far, in bytes. */
  readonly peakRss: number;
}

const NANOS = 1e9;

/**
 * Nanoseconds from each thread's schedstat: `stat` counts in ticks of 10 ms, too coarse for short invocations. Threads
 * that have ended are not in it; Node keeps its own. Zeros once the process is gone.
 */
export function processStat(pid: number): ProcessStat {
  const cpuByThread: Record<string, number> = {};
  let cpu = 0;
  for (const thread of tryRead(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    const folder = `/proc/${pid}/task/${thread}`;
    const seconds = Number(tryText(`${folder}/schedstat`).split(" ")[0]) / NANOS;
    const name = tryText(`${folder}/comm`).trim();
    cpuByThread[name] = (cpuByThread[name] ?? 0) + seconds;
    cpu += seconds;
  }
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(tryText(`/proc/${pid}/status`))?.[1];
  return { cpu, cpuByThread, peakRss: Number(peakKb ?? 0) * 1024 };
}

function tryText(file: string): string {
  return tryRead(() => readFileSync(file, "utf8")) ?? "";
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
