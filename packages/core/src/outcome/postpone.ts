import type { Decoded } from "../envelope/item.ts";
import type { Run } from "../run.ts";
import { backoffSeconds } from "./backoff.ts";
import { isDataFault } from "./faults.ts";
import type { UnitOutcome } from "./outcome.ts";

/**
 * Failed messages come back the later the more often they came: an outage doesn't use up the receives that a queue allows. Those
 * that nobody will ever read aren't put off: they are to come to the queue's dead letters soon.
 */
export async function postponeFailed(decoded: Decoded, outcomes: readonly UnitOutcome[], run: Run): Promise<void> {
  const messages = decoded.units.flatMap(({ id, receipt, receiveCount }, i) =>
    receipt === undefined || !isToWait(outcomes[i]) ? [] : [{ ...receipt, seconds: backoffSeconds(id, receiveCount) }],
  );
  if (messages.length > 0) await run.plan.ports.postpone?.postpone(messages, run.time.answering);
}

function isToWait(outcome: UnitOutcome | undefined): boolean {
  return outcome?.error !== undefined && !isDataFault(outcome.error);
}
