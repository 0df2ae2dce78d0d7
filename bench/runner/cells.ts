import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { subjectNamed } from "../subject/subjects.ts";
import type { Prepared } from "../workloads/store.ts";
import type { RunOptions } from "./run-once.ts";

const CELLS = path.resolve(import.meta.dirname, "../../.cache/bench/cells");

/** Where the objects are kept that Sluice's archive makes of a workload, inflated. */
export function cellsOf({ folder }: Prepared): string {
  return path.join(CELLS, path.basename(folder));
}

/** Has them written by the code as it is now, so that gzip alone gets the same bytes. */
export async function writeCells(
  workload: Prepared,
  run: (options: Pick<RunOptions, "subject" | "workload" | "warmUps" | "counted" | "saveObjects">) => Promise<unknown>,
): Promise<void> {
  const saveObjects = cellsOf(workload);
  await rm(saveObjects, { recursive: true, force: true });
  await mkdir(saveObjects, { recursive: true });
  await run({ subject: subjectNamed("sluice-archive"), workload, warmUps: 0, counted: 1, saveObjects });
}
