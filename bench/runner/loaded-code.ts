import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { StandIns } from "../stubs/stand-ins.ts";
import { subjectNamed } from "../subject/subjects.ts";
import { prepare, workloadNamed } from "../workloads/workloads.ts";
import { runOnce } from "./run-once.ts";

/** The workload whose event is done once. */
export const LOADS = "small-8";

const NOTE_LOADED = pathToFileURL(path.resolve(import.meta.dirname, "../subject/note-loaded.ts")).href;

/** Bytes of code, minified as it is deployed, that the function has loaded once it has carried objects from S3 to Elasticsearch. */
export async function loadedCode(standIns: StandIns): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-loaded-"));
  const file = path.join(folder, "loaded.json");
  try {
    await runOnce({
      subject: subjectNamed("sluice"),
      workload: await prepare(workloadNamed(LOADS)),
      warmUps: 0,
      counted: 1,
      standIns,
      core: undefined,
      nodeArgs: ["--import", NOTE_LOADED],
      env: { LOADED: file },
    });
    return (JSON.parse(readFileSync(file, "utf8")) as { bytes: number }).bytes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
