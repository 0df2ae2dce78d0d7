import type { Counts, Outcome, PerSink } from "@sluice/core";
import { bytes, count, plural, printable, printableWhole, seconds } from "./text.ts";

export type Cell = string | number;

/** Columns of one width; numbers stand right. */
export function columns(rows: readonly (readonly Cell[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => textOf(row[i] ?? "").length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const width = widths[i] as number;
      return i > 0 && (typeof cell === "number" || isNumberColumn(rows, i))
        ? textOf(cell).padStart(width)
        : textOf(cell).padEnd(width);
    });
    return cells.join("  ").trimEnd();
  });
}

function textOf(cell: Cell): string {
  return typeof cell === "number" ? count(cell) : cell;
}

function isNumberColumn(rows: readonly (readonly Cell[])[], column: number): boolean {
  return rows.slice(1).every((row) => typeof row[column] === "number");
}

/** Reasons shown; the rest are said to be there. */
const MAX_REASONS = 20;

/** What a run came to, for people. */
export function outcomeTable(outcome: Outcome, sinks: readonly string[], elapsedMs: number): string {
  const { counts } = outcome;
  const { deadLettered } = counts.units;
  const parts = [
    columns([
      [
        "units ok",
        ...(deadLettered === undefined ? [] : ["dead-lettered"]),
        "failed",
        "in",
        "skipped",
        "unparsed",
        "added",
        "filtered",
      ],
      [
        count(counts.units.ok),
        ...(deadLettered === undefined ? [] : [deadLettered]),
        counts.units.failed,
        counts.in,
        counts.skipped,
        counts.unparsed,
        counts.added,
        counts.filtered,
      ],
    ]),
    sinkRows(counts, sinks),
    [throughput(outcome, elapsedMs), ...truncations(counts), ...supersessions(counts)],
    failures(outcome),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function sinkRows(counts: Counts, sinks: readonly string[]): string[] {
  const columnsOf: readonly (readonly [string, PerSink])[] = [
    ["delivered", counts.delivered],
    ["dead-lettered", counts.deadLettered],
    ["failed", counts.failed],
    ["dropped", counts.dropped],
    ["continued", counts.continued],
    ["objects copied", counts.copied],
  ];
  const seldom = ["continued", "objects copied"];
  const shown = columnsOf.filter(([name, per]) => !seldom.includes(name) || Object.keys(per).length > 0);
  const rows = sinks.map((sink) => [printable(sink), ...shown.map(([, per]) => per[sink] ?? 0)]);
  return columns([["sink", ...shown.map(([name]) => name)], ...rows]);
}

/** Part of these records was left out as they were too large. */
export function truncations({ truncated }: Counts): string[] {
  return truncated > 0 ? [`${plural(truncated, "record")} truncated to read.maxFrameBytes`] : [];
}

function supersessions({ superseded }: Counts): string[] {
  return superseded > 0 ? [`${plural(superseded, "object")} superseded: replaced before the rest could be read`] : [];
}

function throughput({ counts, bytes: size }: Outcome, elapsedMs: number): string {
  const perSecond = 1000 / Math.max(1, elapsedMs);
  const rates = `${count(counts.in * perSecond)} records/s, ${bytes(size * perSecond)}/s`;
  return `${plural(counts.in, "record")}, ${bytes(size)} read in ${seconds(elapsedMs)} (${rates})`;
}

interface Group {
  readonly of: "unit" | "record";
  readonly what: string;
  /** Where the first one was seen. */
  readonly first: string;
  times: number;
}

/** Why units failed and what sinks refused, grouped by code and message, the most frequent first. */
export function failures({ units, troubles }: Outcome): string[] {
  const groups = new Map<string, Group>();
  const add = (of: Group["of"], what: string, first: string, times: number): void => {
    const known = groups.get(what);
    if (known === undefined) groups.set(what, { of, what, first, times });
    else known.times += times;
  };
  for (const { error, deadLettered } of units) {
    const fault = error ?? deadLettered;
    if (fault === undefined) continue;
    const { where, why } = placeAndReason(fault);
    add("unit", `${error === undefined ? "dead letter: " : ""}${fault.code}: ${printable(why)}`, where, 1);
  }
  for (const { sink, reason, records } of troubles) {
    const status = reason.status === undefined ? "" : ` (${reason.status})`;
    const what = `${printable(sink)}: ${printable(reason.code)}${status}: ${printable(reason.message)}`;
    add("record", what, "", records);
  }
  const sorted = [...groups.values()].sort((a, b) => b.times - a.times);
  const lines = sorted.slice(0, MAX_REASONS).map(groupLine);
  if (sorted.length > MAX_REASONS) lines.push(`and ${plural(sorted.length - MAX_REASONS, "more reason")}`);
  return lines;
}

function groupLine({ of, what, first, times }: Group): string {
  const place = first === "" ? "" : ` (${times === 1 ? "" : "first: "}${printableWhole(first)})`;
  return `${plural(times, of)}: ${what}${place}`;
}

/** Core puts the place in front of the reason, and keeps the reason as the cause. */
function placeAndReason({ message, cause }: Error): { readonly where: string; readonly why: string } {
  const why = cause instanceof Error && message.endsWith(`: ${cause.message}`) ? cause.message : message;
  return { where: message.slice(0, -why.length).replace(/: $/, ""), why };
}
