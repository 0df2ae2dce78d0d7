import { appendFile } from "node:fs/promises";
import type { ObjectRef } from "@sluice/core";
import { UsageError } from "../command.ts";
import { stateText, unusable } from "../input/state-text.ts";
import type { KeyRange } from "./ranges.ts";

/** What a backfill is of; a state file is of one such. */
export interface Job {
  readonly bucket: string;
  readonly prefix: string;
  /** As they were given. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly match?: string | undefined;
  readonly not?: string | undefined;
  readonly queue?: string | undefined;
}

export type FailedObject = Pick<ObjectRef, "key" | "etag" | "size"> & { readonly code: string };

type Line =
  | {
      readonly backfill: Job;
      readonly v: 1;
      readonly sinceMs?: number | undefined;
      readonly untilMs?: number | undefined;
    }
  | { readonly ranges: readonly KeyRange[] }
  /** All keys of the range up to this one are done; `true`: all of it is. */
  | { readonly range: number; readonly done: string | true }
  | { readonly failed: FailedObject }
  | { readonly mended: string };

export interface Times {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

/**
 * How far a backfill came: lines of JSON that are only ever added, so that what is there holds whenever it ends. Without a file
 * it is kept in memory alone.
 */
export class State {
  readonly #path: string | undefined;
  #ranges: readonly KeyRange[] | undefined;
  readonly #done = new Map<number, string | true>();
  readonly #failed = new Map<string, FailedObject>();
  #times: Times | undefined;
  #job: Job | undefined;
  /** A line that was cut off when the last run was killed has yet to be ended. */
  #isTorn = false;

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Times are those of the first run: `7d` doesn't move on when the job is taken up again. */
  static async open(path: string | undefined, job: Job, times: Times): Promise<State> {
    const state = new State(path);
    const text = path === undefined ? "" : await stateText(path);
    state.#isTorn = text !== "" && !text.endsWith("\n");
    for (const line of text.split("\n")) if (line !== "") state.#take(line, path as string);
    if (state.#job === undefined && text.trim() !== "") throw notOurs(path as string);
    if (state.#job === undefined) {
      state.#times = times;
      await state.#add([{ backfill: job, v: 1, ...times }]).catch((error) => {
        throw unusable(path as string, error);
      });
    } else assertSame(state.#job, job, path as string);
    return state;
  }

  get times(): Times {
    return this.#times ?? { sinceMs: undefined, untilMs: undefined };
  }

  get ranges(): readonly KeyRange[] | undefined {
    return this.#ranges;
  }

  get failed(): readonly FailedObject[] {
    return [...this.#failed.values()];
  }

  async setRanges(ranges: readonly KeyRange[]): Promise<void> {
    this.#ranges = ranges;
    await this.#add([{ ranges }]);
  }

  /** What is left of the ranges, by their numbers. */
  left(): Map<number, KeyRange> {
    const left = new Map<number, KeyRange>();
    for (const [i, range] of (this.#ranges ?? []).entries()) {
      const done = this.#done.get(i);
      if (done !== true) left.set(i, done === undefined ? range : { ...range, after: done });
    }
    return left;
  }

  /** Written before anything of it is taken for done. */
  async settle(
    marks: ReadonlyMap<number, string | true>,
    failed: readonly FailedObject[],
    mended: readonly string[] = [],
  ): Promise<void> {
    const lines: Line[] = [
      ...failed.map((object) => ({ failed: object })),
      ...mended.map((key) => ({ mended: key })),
      ...[...marks].map(([range, done]) => ({ range, done })),
    ];
    await this.#add(lines);
    for (const line of lines) this.#apply(line);
  }

  #take(text: string, path: string): void {
    let line: Line;
    try {
      line = JSON.parse(text);
    } catch {
      // Cut off: as if it had never been written.
      return;
    }
    if (line === null || typeof line !== "object") throw notOurs(path);
    this.#apply(line);
  }

  #apply(line: Line): void {
    if ("backfill" in line) {
      this.#job = line.backfill;
      this.#times = { sinceMs: line.sinceMs, untilMs: line.untilMs };
    } else if ("ranges" in line) this.#ranges = line.ranges;
    else if ("range" in line) this.#done.set(line.range, line.done);
    else if ("failed" in line) this.#failed.set(line.failed.key, line.failed);
    else if ("mended" in line) this.#failed.delete(line.mended);
  }

  async #add(lines: readonly Line[]): Promise<void> {
    if (this.#path === undefined || lines.length === 0) return;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    await appendFile(this.#path, this.#isTorn ? `\n${text}` : text);
    this.#isTorn = false;
  }
}

function notOurs(path: string): UsageError {
  return new UsageError(`--state ${path}: expected the state of a backfill, or no such file`);
}

function assertSame(known: Job, given: Job, path: string): void {
  for (const name of ["bucket", "prefix", "since", "until", "match", "not", "queue"] as const) {
    if (known[name] === given[name]) continue;
    const was = known[name] === undefined ? "none" : `"${known[name]}"`;
    throw new UsageError(`--state ${path} is of another backfill: its ${name} is ${was}`);
  }
}
