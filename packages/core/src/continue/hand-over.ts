import type { Decoded, Item, Unit } from "../envelope/item.ts";
import { asSluiceError, type ErrorCode, SluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { ContinuationQueue } from "../ports/continuation.ts";
import type { Run } from "../run.ts";
import { eventContinuation, type Hops, hopAfter, objectContinuation, type Resume } from "./continuation.ts";
import { mayShare, owedTo, resumeOf } from "./owed.ts";

/** Faults after which another invocation can go on where this one stopped. */
const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  "DEADLINE",
  "SINK_UNAVAILABLE",
  "THROTTLED",
  "TIMEOUT",
  "RESET",
]);

/** One item of a unit that isn't accounted for in every required sink. */
interface Owed {
  readonly item: Item;
  readonly number: number;
  readonly account: ItemAccount;
  readonly error: SluiceError;
}

/**
 * After the sinks are drained: what of a unit isn't accounted for is handed over to another invocation, and the unit is then
 * done here. Only where the trigger doesn't bring it again from where it stopped, and only when something was gained since it
 * came, as otherwise it could go round for ever; an event that nobody would bring again for long is handed over in any case.
 */
export async function handOver(decoded: Decoded, run: Run): Promise<void> {
  const { continuation } = run.plan.ports;
  if (continuation === undefined || !run.continues) return;
  await Promise.all(
    decoded.units.map(async (unit, i) => {
      if (run.verdict(i) === undefined) return;
      const owed = owedOf(i, run);
      const bodies = messages(unit, i, owed, run);
      if (bodies.length === 0 || !(await sent(bodies, continuation, run))) return;
      for (const { account } of owed) account.handOver();
      const errors = unit.error === undefined ? owed.map(({ error }) => error.code) : [unit.error.code];
      run.handedOver(i, bodies.length, errors);
      const { hop } = hopAfter(unit.hops, run.arrival);
      run.logger.log("info", "handed over", { unit: unit.id, hop, messages: bodies.length });
    }),
  );
}

function owedOf(unit: number, run: Run): Owed[] {
  const { ledger } = run;
  return ledger.itemsOf(unit).flatMap((number) => {
    const error = ledger.verdict(number);
    const account = ledger.items[number] as ItemAccount;
    return error === undefined ? [] : [{ item: run.items[number] as Item, number, account, error }];
  });
}

function messages(unit: Unit, number: number, owed: readonly Owed[], run: Run): string[] {
  if (owed.length === 0 && unit.error === undefined) return [];
  const hops = hopAfter(unit.hops, run.arrival);
  const inPieces = (): string[] => owed.flatMap((each) => objectMessages(each, hops, run));
  if (unit.kind === "invocation") {
    const whole = unit.error !== undefined || owed.some(({ item }) => item.kind !== "object");
    return whole ? [eventContinuation(unit.payload?.value, run.receiver, hops)] : inPieces();
  }
  if (!mayShare(unit) || unit.error !== undefined || !owed.every(isContinuable)) return [];
  return hasGained(number, owed, run) ? inPieces() : [];
}

function isContinuable({ item, error }: Owed): boolean {
  return item.kind === "object" && PASSING.has(error.code);
}

/** An item of the unit is done, or some sink has more of one than when the unit came. */
function hasGained(unit: number, owed: readonly Owed[], run: Run): boolean {
  if (run.ledger.itemsOf(unit).length > owed.length) return true;
  return owed.some(({ item, number }) => {
    const before = resumeOf(item)?.owed;
    const after = owedTo(number, run);
    const names = before === undefined ? run.plan.sinkNames : Object.keys(before);
    return names.some((name) => (after[name] ?? Number.POSITIVE_INFINITY) > (before?.[name] ?? 0));
  });
}

/** One for the sinks that go on, one for those that are down: the first needn't begin where the others stopped. */
function objectMessages({ item, number }: Owed, hops: Hops, run: Run): string[] {
  if (item.kind !== "object") throw new SluiceError("INTERNAL", "only objects are gone on with");
  const read = run.reads[number];
  if (read === undefined) return [objectContinuation(item.ref, item.resume, hops)];
  const { etag, size, checkpoints, until } = read;
  const { versionId = read.versionId } = item.ref;
  const down = new Set(run.lanes.filter((lane) => lane.isBroken).map((lane) => lane.name));
  const owed = Object.entries(owedTo(number, run));
  const groups = [owed.filter(([name]) => !down.has(name)), owed.filter(([name]) => down.has(name))];
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      const at = checkpoints?.restart(Math.min(...group.map(([, position]) => position)));
      const resume: Resume = { etag, owed: Object.fromEntries(group), at, until };
      return objectContinuation({ ...item.ref, etag, size, versionId }, resume, hops);
    });
}

/** False when it isn't durable: then the unit fails, and its trigger brings it again. */
async function sent(bodies: readonly string[], queue: ContinuationQueue, run: Run): Promise<boolean> {
  try {
    for (const body of bodies) await queue.send(body, run.time.answering);
    return true;
  } catch (error) {
    const { code, message } = asSluiceError(error);
    run.logger.log("error", "not handed over: the unit fails instead", { code, error: message });
    return false;
  }
}
