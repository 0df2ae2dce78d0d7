import type { Decoded } from "../envelope/item.ts";
import type { Run } from "../run.ts";
import { answer } from "./answer.ts";
import type { ItemAccount, Ledger, SinkTally } from "./ledger.ts";
import type { Counts, Outcome, PerSink, UnitOutcome } from "./outcome.ts";

/** The ledger's last word: counts, each unit's verdict, and the trigger's own answer. */
export function summarize(decoded: Decoded, run: Run): Outcome {
  const { ledger, plan, bytes, returned } = run;
  const units = decoded.units.map((unit, i) => unitOutcome(unit.id, i, run));
  const counted = counts(ledger, plan.sinkNames, units);
  return {
    counts: counted,
    units,
    troubles: ledger.troubles(),
    bytes,
    ...answer(decoded, units, counted, plan.config.triggers, returned),
  };
}

function unitOutcome(id: string, number: number, run: Run): UnitOutcome {
  const items = run.ledger.itemsOf(number);
  const error = run.verdict(number);
  const deadLettered = run.undecodable?.keptFor(number);
  const records = items.reduce((sum, item) => sum + (run.ledger.items[item] as ItemAccount).in, 0);
  const ok = error === undefined;
  const handedOver = run.handOvers.get(number);
  const deadLetters = items.reduce((sum, item) => sum + lettersOf(run.ledger.items[item] as ItemAccount), 0);
  return {
    id,
    ok,
    items: items.length,
    records,
    error,
    ...(deadLetters > 0 && { deadLetters }),
    ...(deadLettered && { deadLettered }),
    ...(handedOver && { handedOver }),
  };
}

function lettersOf({ sinks }: ItemAccount): number {
  return sinks.reduce((sum, sink) => sum + (sink?.tally.deadLettered ?? 0), 0);
}

function counts(ledger: Ledger, sinks: readonly string[], units: readonly UnitOutcome[]): Counts {
  const sum = (key: "in" | "skipped" | "added" | "filtered" | "routed" | "unparsed" | "truncated"): number =>
    ledger.items.reduce((total, item) => total + item[key], 0);
  const totals = sinks.map((name, i) => [name, ledger.total(i)] as const);
  const perSink = (key: keyof SinkTally): PerSink =>
    Object.fromEntries(totals.map(([name, tally]) => [name, tally[key]] as const).filter(([, count]) => count > 0));
  const copies = (key: "objects" | "bytes"): PerSink =>
    Object.fromEntries(sinks.map((name, i) => [name, ledger.copies(i)[key]] as const).filter(([, count]) => count > 0));
  const ok = units.filter((unit) => unit.ok).length;
  const deadLettered = units.filter((unit) => unit.ok && unit.deadLettered !== undefined).length;
  return {
    in: sum("in"),
    skipped: sum("skipped"),
    added: sum("added"),
    filtered: sum("filtered"),
    routed: sum("routed"),
    unparsed: sum("unparsed"),
    truncated: sum("truncated"),
    delivered: perSink("delivered"),
    deadLettered: perSink("deadLettered"),
    failed: perSink("failed"),
    dropped: perSink("dropped"),
    continued: perSink("continued"),
    copied: copies("objects"),
    copiedBytes: copies("bytes"),
    superseded: ledger.items.filter((item) => item.superseded !== undefined).length,
    units: { ok, failed: units.length - ok, ...(deadLettered > 0 && { deadLettered }) },
  };
}
