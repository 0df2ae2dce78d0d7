import type { Item, Unit } from "../envelope/item.ts";
import { quote, SluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { Run } from "../run.ts";
import type { Resume } from "./continuation.ts";

/** What sinks are to get of an item that isn't finished here, by name: the position below which each has all. */
export function owedTo(number: number, run: Run): Record<string, number> {
  const { ledger, plan } = run;
  const account = ledger.items[number] as ItemAccount;
  const before = resumeOf(run.items[number] as Item)?.owed;
  const owed: Record<string, number> = {};
  for (const lane of run.lanes) {
    const from = before === undefined ? 0 : before[lane.name];
    if (from === undefined || account.copied[lane.number] !== undefined) continue;
    const failed = plan.required[lane.number] === true && ledger.failed(lane.number, number) > 0;
    if (account.finished && !failed) continue;
    owed[lane.name] = Math.max(from, lane.restartAt(ledger.lowWaterMark(lane.number, number)));
  }
  return owed;
}

/** The lowest position of an item that some sink is owed. */
export function lowestOwed(number: number, run: Run): number {
  return Math.min(...Object.values(owedTo(number, run)));
}

/** Where an item is gone on with, when it is. */
export function resumeOf(item: Item): Resume | undefined {
  return item.kind === "object" ? item.resume : undefined;
}

/** Position of an object from which on somebody is owed its records. Throws for a sink that isn't in the config. */
export function lowestOf({ owed }: Resume, { plan }: Run): number {
  const unknown = Object.keys(owed).find((name) => !plan.sinkNames.includes(name));
  if (unknown === undefined) return Math.min(...Object.values(owed));
  throw new SluiceError(
    "CONTINUATION_UNKNOWN_SINK",
    `records are owed to the sink ${quote(unknown)}, the config has ${plan.sinkNames.join(", ")}`,
  );
}

/** Another invocation may have parts of the unit's objects: its trigger doesn't bring it again in order. */
export function mayShare({ kind, group }: Unit): boolean {
  return group === undefined && (kind === "sqs" || kind === "s3-batch" || kind === "invocation");
}

/** Work that goes round from invocation to invocation without an end fails with HOPS_EXHAUSTED. */
export function checkHops({ hops }: Unit, { plan }: Run): void {
  const { maxHops = Number.POSITIVE_INFINITY } = plan.config.continuation ?? {};
  if (hops === undefined || hops.hop <= maxHops) return;
  const since = new Date(hops.firstSeen).toISOString();
  const message = `not finished by ${hops.hop} invocations since ${since} (continuation.maxHops is ${maxHops})`;
  throw new SluiceError("HOPS_EXHAUSTED", message);
}
