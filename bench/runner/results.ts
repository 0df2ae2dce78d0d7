import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Evaluated } from "../targets/evaluate.ts";
import type { Machine } from "./machine.ts";
import type { Measurement } from "./measurement.ts";
import type { Row } from "./summary.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const RESULTS = path.join(ROOT, ".cache/bench/results");
/** What the documents show, kept with them. */
export const MEASURED: string = path.join(ROOT, "bench/measured.json");
const DIGITS = 6;

/** What is published of a bench. */
export interface Results {
  /** Of the code, with `+` after it where the work tree had changes. */
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly loadedBytes: number;
  readonly targets: readonly Evaluated[];
  readonly rows: readonly Row[];
}

/** … and what is kept beside it: every run of every round. */
export interface AllResults extends Results {
  readonly measured: readonly Measurement[];
}

/** The file it was written to. */
export async function store(results: AllResults): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${results.at.replaceAll(":", "")}.json`);
  await writeFile(file, JSON.stringify(results, null, 1));
  return file;
}

export async function latest(): Promise<string> {
  const files = await readdir(RESULTS).catch(() => []);
  const last = files
    .filter((file) => file.endsWith(".json"))
    .sort()
    .at(-1);
  if (last === undefined) throw new Error(`no results in ${RESULTS}: pnpm bench writes them`);
  return path.join(RESULTS, last);
}

/** Without the single runs, and with six digits of each number. */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, "utf8");
  const { measured: _, ...results } = JSON.parse(text, (_key, value) =>
    typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value,
  ) as AllResults;
  return results;
}

export function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
