import type { Invocation } from "../api.ts";
import type { Decoded } from "../envelope/item.ts";
import { asSluiceError, type SluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { Resent } from "../outcome/outcome.ts";
import { summarize } from "../outcome/summarize.ts";
import type { Plan } from "../plan.ts";
import type { LetterName } from "../ports/dead-letters.ts";
import { Room } from "../room.ts";
import { Run } from "../run.ts";
import { type LetterObject, objectOfLetter } from "./letter-object.ts";
import { reread } from "./reread.ts";
import { letterUnit } from "./resend.ts";
import { type Settled, Wanted } from "./wanted.ts";

/** Letters of one object: all of one version of it. */
interface Group {
  readonly object: LetterObject;
  readonly wanted: Wanted[];
}

export async function reprocessLetters(
  configured: Plan,
  letters: readonly LetterName[],
  invocation: Invocation,
): Promise<Resent> {
  // What fails in a sink fails, whether it would hold up a trigger or not.
  const plan = { ...configured, required: configured.handles.map(() => true) };
  await plan.patterns.ready();
  const decoded: Decoded = { trigger: "letters", units: letters.map((letter) => letterUnit(letter, plan)) };
  const again = letters.map(({ resent }) => ({ resent }));
  const run = new Run(plan, await plan.processing(), decoded, { ...invocation, again: true }, again);
  const { groups, errors } = grouped(letters, decoded, run);
  try {
    await rereadAll(groups, run);
    await run.drain();
  } finally {
    run.time.stop();
  }
  return outcomeOf(decoded, groups, errors, run);
}

interface Grouped {
  readonly groups: readonly Group[];
  /** By number of the letter: why it can't be read again. */
  readonly errors: ReadonlyMap<number, SluiceError>;
}

function grouped(letters: readonly LetterName[], { units }: Decoded, run: Run): Grouped {
  const groups = new Map<string, Group>();
  const errors = new Map<number, SluiceError>();
  for (const [i, letter] of letters.entries()) {
    try {
      const object = objectOfLetter(letter, run.plan.ports.baseDir ?? ".");
      if (units[i]?.error !== undefined) throw units[i].error;
      const { region, account } = object.ref;
      // The key is of bucket, key and etag; region and account go into documents, and come from the event.
      const name = JSON.stringify([object.id.key, region, account]);
      const group = groups.get(name) ?? { object, wanted: [] };
      group.wanted.push(new Wanted(i, object, letter, run));
      groups.set(name, group);
    } catch (error) {
      errors.set(i, asSluiceError(error));
    }
  }
  return { groups: [...groups.values()], errors };
}

/** Several objects at once, within the budget of bytes being read. */
async function rereadAll(groups: readonly Group[], run: Run): Promise<void> {
  const { concurrency, partBytes, maxReadBytes } = run.plan.config.read;
  const room = new Room(concurrency, maxReadBytes);
  await Promise.all(
    groups.map(async ({ object, wanted }) => {
      await room.enter(partBytes);
      await reread(object, wanted, run);
      room.leave(partBytes);
    }),
  );
}

function outcomeOf(decoded: Decoded, groups: readonly Group[], errors: Grouped["errors"], run: Run): Resent {
  const settled: Settled[] = decoded.units.map((_, i) => ({ fate: "failed", error: errors.get(i) }));
  for (const each of groups.flatMap(({ wanted }) => wanted)) {
    settled[each.unit] = each.settled(run);
    if (settled[each.unit]?.fate === "unwanted") filter(each.unit, run);
  }
  const units = settled.map(({ fate, error }, i) => {
    const items = run.ledger.itemsOf(i);
    const records = items.reduce((sum, item) => sum + (run.ledger.items[item] as ItemAccount).in, 0);
    return { id: decoded.units[i]?.id ?? "", ok: fate !== "failed", items: items.length, records, error };
  });
  const failed = units.filter(({ ok }) => !ok).length;
  const outcome = summarize(decoded, run);
  const counts = { ...outcome.counts, units: { ok: units.length - failed, failed } };
  return { ...outcome, counts, units, fates: settled.map(({ fate }) => fate) };
}

function filter(unit: number, { ledger }: Run): void {
  const { account } = ledger.openItem(unit);
  account.in = 1;
  account.filtered = 1;
  account.finished = true;
}
