import type { Invocation } from "../api.ts";
import type { Decoded, Unit } from "../envelope/item.ts";
import { asSluiceError, quote, SluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { LetterFate, Resent, UnitOutcome } from "../outcome/outcome.ts";
import { summarize } from "../outcome/summarize.ts";
import type { Plan } from "../plan.ts";
import type { DeadLetter, LetterName } from "../ports/dead-letters.ts";
import type { Processing } from "../route/processing.ts";
import { Run } from "../run.ts";
import type { Lane } from "../sink/lane.ts";
import { LetterRecords } from "./letter-record.ts";

/** Letters taken before sinks are waited for. */
const CHUNK = 256;

/** They were processed and routed when they were refused. */
const PROCESSED: Processing = { steps: [], route: () => [], allSinks: [] };

export async function resendLetters(
  configured: Plan,
  letters: readonly DeadLetter[],
  invocation: Invocation,
): Promise<Resent> {
  const plan = withSinksOf(letters, configured);
  const decoded: Decoded = { trigger: "letters", units: letters.map((letter) => letterUnit(letter, configured)) };
  const run = new Run(plan, PROCESSED, decoded, { ...invocation, again: true }, letters);
  try {
    await run.sinks();
    await add(letters, decoded.units, run);
    await run.drain();
  } finally {
    run.time.stop();
  }
  const outcome = summarize(decoded, run);
  return { ...outcome, fates: fatesOf(outcome.units, run) };
}

/** Sinks that no letter is for are left alone; what fails in the others fails, whether it would hold up a trigger or not. */
function withSinksOf(letters: readonly DeadLetter[], plan: Plan): Plan {
  const wanted = new Set(letters.map(({ sink }) => sink));
  const handles = plan.handles.filter(({ name }) => wanted.has(name));
  return { ...plan, handles, sinkNames: handles.map(({ name }) => name), required: handles.map(() => true) };
}

export function letterUnit({ id, sink }: LetterName, { sinkNames, configName }: Plan): Unit {
  const unit: Unit = { id, kind: "letter", receiveCount: 1, items: [], ignored: [] };
  if (sinkNames.includes(sink)) return unit;
  const message = `${configName}: there is no sink ${quote(sink)}: the config has ${sinkNames.join(", ")}`;
  return { ...unit, error: new SluiceError("SINK_UNKNOWN", message) };
}

async function add(letters: readonly DeadLetter[], units: readonly Unit[], run: Run): Promise<void> {
  const lanes = new Map(run.plan.sinkNames.map((name, i) => [name, run.lanes[i] as Lane]));
  const records = new LetterRecords();
  for (const [i, letter] of letters.entries()) {
    if (units[i]?.error !== undefined) continue;
    const { number, account } = run.ledger.openItem(i);
    addOne(letter, number, account, lanes.get(letter.sink) as Lane, records, run);
    if (i % CHUNK === CHUNK - 1) await run.ready();
  }
}

function addOne(
  letter: DeadLetter,
  number: number,
  account: ItemAccount,
  lane: Lane,
  records: LetterRecords,
  run: Run,
): void {
  try {
    run.checkDeadline();
    const record = records.recordOf(letter);
    run.origins[number] = record.context.origin;
    account.in = 1;
    account.routed = 1;
    lane.add(record, number);
    account.finished = true;
  } catch (error) {
    account.fail(asSluiceError(error));
  }
}

function fatesOf(units: readonly UnitOutcome[], { ledger }: Run): LetterFate[] {
  const fates = units.map(({ ok }): LetterFate => (ok ? "delivered" : "failed"));
  for (const { unit, sinks } of ledger.items)
    if (fates[unit] === "delivered" && sinks.some((account) => account?.tally.deadLettered === 1))
      fates[unit] = "deadLettered";
  return fates;
}
