import type { Counts, Meter, Outcome, PerSink, SinkTrouble, UnitOutcome } from "@sluice/core";
import { bytes, count, plural, seconds } from "../output/text.ts";
import type { FailedObject } from "./state.ts";

/** Failed units and troubles kept for the report; the state file has all. */
const MAX_KEPT = 1000;

type Mutable = { -readonly [K in keyof Outcome]: Outcome[K] };

/** What a backfill came to so far, over many runs of the pipeline. */
export class Tally implements Meter {
  /** Looked at in listings. */
  listed = 0;
  /** Wanted, as far as it was listed. */
  found = 0;
  foundBytes = 0;
  done = 0;
  doneBytes = 0;
  failed = 0;
  readonly failures: FailedObject[] = [];
  /** All was listed: what was found is all there is. */
  isListed = false;
  /** Share of the ranges that were listed to their end. */
  listedShare = 0;
  readonly outcome: Mutable = { counts: NOTHING, units: [], troubles: [], bytes: 0, response: undefined };
  #underWay = 0;

  progress({ in: records }: Parameters<Meter["progress"]>[0]): void {
    this.#underWay = records;
  }

  add(objects: number, size: number, failed: readonly FailedObject[], outcome: Outcome | undefined): void {
    this.done += objects - failed.length;
    this.doneBytes += size;
    this.failed += failed.length;
    this.failures.push(...failed.slice(0, MAX_KEPT - this.failures.length));
    this.#underWay = 0;
    if (outcome === undefined) return;
    const { counts, units, troubles } = this.outcome;
    this.outcome.counts = sum(counts, outcome.counts);
    this.outcome.units = kept([...units, ...outcome.units.filter(({ ok }) => !ok)]);
    this.outcome.troubles = merged(troubles, outcome.troubles);
    this.outcome.bytes += outcome.bytes;
    this.outcome.error ??= outcome.error;
  }

  get records(): number {
    return this.outcome.counts.in + this.#underWay;
  }

  /** Of the work there is, as far as it is known. */
  share(): number {
    const known = this.foundBytes === 0 ? 1 : this.doneBytes / this.foundBytes;
    return this.isListed ? known : known * this.listedShare;
  }

  line(elapsedMs: number): string {
    const share = this.share();
    const leftMs = share > 0 && share < 1 ? (elapsedMs * (1 - share)) / share : undefined;
    const parts = [
      `${count(this.done)} of ${this.isListed ? "" : "at least "}${plural(this.found, "object")}`,
      `${bytes(this.doneBytes)} of ${bytes(this.foundBytes)}`,
      ...(this.records > 0 ? [plural(this.records, "record")] : []),
      ...(this.failed > 0 ? [`${count(this.failed)} failed`] : []),
      `${bytes((this.doneBytes * 1000) / Math.max(1, elapsedMs))}/s`,
      ...(leftMs === undefined ? [] : [`about ${seconds(leftMs)} left`]),
    ];
    return parts.join(", ");
  }
}

export const NOTHING: Counts = {
  in: 0,
  skipped: 0,
  added: 0,
  filtered: 0,
  routed: 0,
  unparsed: 0,
  truncated: 0,
  delivered: {},
  deadLettered: {},
  failed: {},
  dropped: {},
  continued: {},
  copied: {},
  copiedBytes: {},
  superseded: 0,
  units: { ok: 0, failed: 0 },
};

function sum(a: Counts, b: Counts): Counts {
  const names = Object.keys({ ...a, ...b }) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, sumOf(a[name], b[name])])) as unknown as Counts;
}

type Count = Counts[keyof Counts];

function sumOf(x: Count, y: Count): Count {
  if (typeof x === "number" || typeof y === "number") return Number(x ?? 0) + Number(y ?? 0);
  return sumEach((x ?? {}) as PerSink, (y ?? {}) as PerSink);
}

function sumEach(a: PerSink, b: PerSink): PerSink {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

function kept(units: readonly UnitOutcome[]): readonly UnitOutcome[] {
  return units.slice(0, MAX_KEPT);
}

function merged(a: readonly SinkTrouble[], b: readonly SinkTrouble[]): readonly SinkTrouble[] {
  const all = new Map<string, SinkTrouble>();
  for (const each of [...a, ...b]) {
    const name = `${each.sink}\n${each.reason.code}`;
    const known = all.get(name);
    if (known !== undefined) all.set(name, { ...known, records: known.records + each.records });
    else if (all.size < MAX_KEPT) all.set(name, each);
  }
  return [...all.values()];
}
