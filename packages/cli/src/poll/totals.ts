import type { Counts, Outcome, PerSink } from "@sluice/core";

type Messages = "received" | "deleted" | "failed" | "returned";
type Faults = "receive" | "delete" | "extend" | "return";

/** Everything since the start; memory doesn't grow with it. */
export class Totals {
  /** `failed`: left in the queue; `returned`: given back unfinished at a stop. A message counts each time it is received. */
  readonly messages: Record<Messages, number> = { received: 0, deleted: 0, failed: 0, returned: 0 };
  /** Requests to the queue that failed. */
  readonly faults: Record<Faults, number> = { receive: 0, delete: 0, extend: 0, return: 0 };
  readonly counts = { in: 0, skipped: 0, added: 0, filtered: 0, truncated: 0, superseded: 0 };
  readonly perSink: Record<"delivered" | "deadLettered" | "failed" | "dropped" | "continued" | "copied", Sums> = {
    delivered: {},
    deadLettered: {},
    failed: {},
    dropped: {},
    continued: {},
    copied: {},
  };
  readonly units = { ok: 0, failed: 0, deadLettered: 0 };
  bytes = 0;

  add({ counts, bytes }: Pick<Outcome, "counts" | "bytes">): void {
    for (const key of keysOf(this.counts)) this.counts[key] += counts[key];
    for (const key of keysOf(this.perSink)) addTo(this.perSink[key], counts[key]);
    this.units.ok += counts.units.ok;
    this.units.failed += counts.units.failed;
    this.units.deadLettered += counts.units.deadLettered ?? 0;
    this.bytes += bytes;
  }

  /** In the shape that other commands print. */
  summary(): PollSummary {
    const { delivered, deadLettered, failed, dropped, continued } = this.perSink;
    const sinks = { delivered, deadLettered, failed, dropped, continued };
    return { ...this.counts, ...sinks, units: this.units, bytes: this.bytes, messages: this.messages };
  }
}

type Sums = Record<string, number>;

export interface PollSummary
  extends Pick<Counts, "in" | "skipped" | "added" | "filtered" | "truncated" | "superseded">,
    Pick<Counts, "delivered" | "deadLettered" | "failed" | "dropped" | "continued" | "units"> {
  readonly bytes: number;
  readonly messages: Readonly<Record<Messages, number>>;
}

function addTo(sums: Sums, more: PerSink): void {
  for (const [sink, n] of Object.entries(more)) sums[sink] = (sums[sink] ?? 0) + n;
}

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}
