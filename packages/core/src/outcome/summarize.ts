import type { Decoded } from "../envelope/item.ts";
import type { Run } from "../run.ts";
import { answer, preserveOrder } from "./answer.ts";
import type { ItemAccount, Ledger, SinkTally } from "./ledger.ts";
import type { Counts, Outcome, PerSink, UnitOutcome } from "./outcome.ts";

/** The ledger's last word: counts, each unit's verdict, and the trigger's own answer. */
export function summarize(decoded: Decoded, { ledger, plan, bytes, returned }: Run): Outcome {
  const units = preserveOrder(decoded, verdicts(decoded, ledger));
  return {
    counts: counts(ledger, plan.sinkNames, units),
    units,
    troubles: ledger.troubles(),
    bytes,
    ...answer(decoded, units, plan.config.triggers, returned),
  };
}

function verdicts(decoded: Decoded, ledger: Ledger): UnitOutcome[] {
  const items = decoded.units.map((): number[] => []);
  ledger.items.forEach((item, number) => {
    items[item.unit]?.push(number);
  });
  return decoded.units.map((unit, i) => {
    const own = items[i] as number[];
    const error = unit.error ?? own.map((number) => ledger.verdict(number)).find((each) => each !== undefined);
    const records = own.reduce((sum, number) => sum + (ledger.items[number] as ItemAccount).in, 0);
    return { id: unit.id, ok: error === undefined, items: own.length, records, error };
  });
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
    units: { ok, failed: units.length - ok },
  };
}
