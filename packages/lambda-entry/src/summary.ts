import type { Logger, Outcome } from "@sluice/core";

/** Troubles listed in the one line of an invocation. */
const MAX_TROUBLES = 20;
/** Units listed there with why they failed; all of them are counted in `errors`. */
const MAX_FAILURES = 10;

/** One line per invocation, or whatever was handled: counts, codes, and which units failed why; of records no more than errors quote. */
export function logSummary(
  logger: Logger,
  outcome: Outcome,
  about: { readonly ms: number; readonly [field: string]: unknown },
  what = "invocation",
): void {
  const { counts, bytes, troubles } = outcome;
  logger.log(outcome.error !== undefined ? "error" : isClean(outcome) ? "info" : "warn", what, {
    ...about,
    ms: Math.round(about.ms),
    bytes,
    ...counts,
    errors: errorCodes(outcome),
    failures: failures(outcome),
    troubles: troubles.slice(0, MAX_TROUBLES).map(({ sink, reason, records }) => {
      return { sink, code: reason.code, status: reason.status, records };
    }),
  });
}

function isClean({ counts, troubles }: Outcome): boolean {
  const lost = [counts.failed, counts.deadLettered, counts.dropped].some((sinks) => Object.values(sinks).some(Boolean));
  return counts.units.failed === 0 && counts.units.deadLettered === undefined && troubles.length === 0 && !lost;
}

/** How many units failed, or became dead letters, with which code. */
function errorCodes({ units, error }: Outcome): Record<string, number> {
  const codes: Record<string, number> = {};
  for (const unit of units) {
    const fault = unit.error ?? unit.deadLettered;
    if (fault !== undefined) codes[fault.code] = (codes[fault.code] ?? 0) + 1;
  }
  if (error !== undefined) codes[error.code] ??= 1;
  return codes;
}

/** What to look at: the object, the place in it, the server's words. What is the same of many units is said once. */
function failures({ units }: Outcome): object[] {
  const found = new Map<string, object>();
  for (const unit of units) {
    const fault = unit.error ?? unit.deadLettered;
    if (fault === undefined || found.has(fault.message)) continue;
    found.set(fault.message, { unit: unit.id, code: fault.code, error: fault.message });
    if (found.size === MAX_FAILURES) break;
  }
  return [...found.values()];
}
