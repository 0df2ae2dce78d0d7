import type { Outcome, PerSink } from "@sluice/core";
import type { ExitCode } from "../command.ts";

/** What `--json` prints of a run. */
export interface Summary {
  readonly in: number;
  readonly skipped: number;
  readonly added: number;
  readonly filtered: number;
  /** There when some were. */
  readonly truncated?: number;
  readonly delivered: PerSink;
  readonly deadLettered: PerSink;
  readonly failed: PerSink;
  readonly dropped: PerSink;
  /** Handed over to another invocation; there when some were. */
  readonly continued?: PerSink;
  /** Objects that a sink copied whole, and their bytes; there when some were. */
  readonly copied?: PerSink;
  readonly copiedBytes?: PerSink;
  /** Objects that were replaced before they could be gone on with; there when some were. */
  readonly superseded?: number;
  /** `deadLettered`: those of the ok ones that could not be read, and are dead letters now; there when some are. */
  readonly units: Outcome["counts"]["units"];
  /** With an event: what its trigger would be answered; null where Lambda answers nothing. */
  readonly response?: unknown;
}

export function summaryOf(outcome: Outcome, options: { readonly event: boolean }): Summary {
  const { counts } = outcome;
  return {
    in: counts.in,
    skipped: counts.skipped,
    added: counts.added,
    filtered: counts.filtered,
    ...(counts.truncated > 0 ? { truncated: counts.truncated } : {}),
    delivered: counts.delivered,
    deadLettered: counts.deadLettered,
    failed: counts.failed,
    dropped: counts.dropped,
    ...(isEmpty(counts.continued) ? {} : { continued: counts.continued }),
    ...(isEmpty(counts.copied) ? {} : { copied: counts.copied, copiedBytes: counts.copiedBytes }),
    ...(counts.superseded > 0 ? { superseded: counts.superseded } : {}),
    units: counts.units,
    ...(options.event ? { response: responseOf(outcome) } : {}),
  };
}

function isEmpty(per: PerSink): boolean {
  return Object.keys(per).length === 0;
}

/** A function that throws is answered for by Lambda, in these words. */
function responseOf({ error, response }: Outcome): unknown {
  if (error === undefined) return response ?? null;
  return { errorType: error.name, errorMessage: error.message };
}

export function exitCodeOf({ counts, error }: Outcome): ExitCode {
  const some = (per: PerSink): boolean => Object.values(per).some((n) => n > 0);
  const { failed, deadLettered = 0 } = counts.units;
  const bad = error !== undefined || failed + deadLettered > 0 || some(counts.failed) || some(counts.deadLettered);
  return bad ? 1 : 0;
}
