import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { cacheDir } from "../../tooling/engines/process.ts";
import type { Result } from "./run.ts";

export const RESULTS: string = path.join(cacheDir, "chaos", "results.ndjson");

/** One run, as a line of the file of results. */
export interface Line {
  readonly seed: number;
  /** The fault that the run was limited to. */
  readonly only?: string | undefined;
  /** How often each fault of the run happened. */
  readonly faults: Readonly<Record<string, number>>;
  readonly records: number;
  readonly lost: number;
  readonly doubled: number;
  readonly deadLettered: number;
  /** Promises broken beside losing and doubling. */
  readonly broken: readonly string[];
  readonly invocations: number;
  readonly ms: number;
}

export function lineOf(result: Result, only: string | undefined): Line {
  const { lost, doubled, ...rest } = result;
  return { ...rest, only, lost: lost.length, doubled: doubled.length };
}

export function hasFailed({ lost, doubled, broken }: Line): boolean {
  return lost + doubled + broken.length > 0;
}

/** Of runs by their name; where one was done again, its last line counts. */
export async function readResults(): Promise<Map<string, Line>> {
  const text = await readFile(RESULTS, "utf8").catch(() => "");
  const lines = text.split("\n").flatMap(parsed);
  return new Map(lines.map((line) => [nameOf(line.seed, line.only), line]));
}

/** A process that was killed may leave a line that it hadn't finished. */
function parsed(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}

export async function appendResult(line: Line): Promise<void> {
  await mkdir(path.dirname(RESULTS), { recursive: true });
  await appendFile(RESULTS, `${JSON.stringify(line)}\n`);
}

export function nameOf(seed: number, only: string | undefined): string {
  return only === undefined ? String(seed) : `${seed} ${only}`;
}

/** The last line of a session: over all runs ever recorded. A fault counts once in a run, however often it happened there. */
export function totals(lines: Iterable<Line>): string {
  const sum = { runs: 0, faults: 0, records: 0, lost: 0, doubled: 0 };
  for (const { faults, records, lost, doubled } of lines) {
    sum.runs += 1;
    sum.faults += Object.values(faults).filter((times) => times > 0).length;
    sum.records += records;
    sum.lost += lost;
    sum.doubled += doubled;
  }
  return `${sum.runs} runs, ${sum.faults} faults, ${sum.records} records, ${sum.lost} lost, ${sum.doubled} doubled`;
}
