import type { Decoded } from "../envelope/item.ts";
import { SluiceError } from "../errors.ts";
import type { UnitOutcome } from "./outcome.ts";

export interface Answer {
  readonly response: unknown;
  readonly error?: SluiceError | undefined;
}

/**
 * What the trigger is told. SQS: the failed messages. Kinesis: the earliest failed record, from which the shard is read again.
 * All others know only success or an error.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function answer(decoded: Decoded, outcomes: readonly UnitOutcome[]): Answer {
  const failed = outcomes.filter(({ ok }) => !ok);
  switch (decoded.trigger) {
    case "sqs":
      return { response: itemFailures(failed.map(({ id }) => id)) };
    case "kinesis":
      return { response: itemFailures(failed.slice(0, 1).map(({ id }) => id)) };
    case "async":
      return { response: undefined, error: failed[0]?.error };
    default:
      return { response: undefined };
  }
}

function itemFailures(ids: readonly string[]): unknown {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** In a FIFO group nothing after the first failure is acknowledged, so that the queue gives it again in order. */
export function preserveOrder(decoded: Decoded, outcomes: readonly UnitOutcome[]): UnitOutcome[] {
  const broken = new Set<string>();
  return outcomes.map((outcome, i) => {
    const group = decoded.units[i]?.group;
    if (group === undefined) return outcome;
    if (!outcome.ok) broken.add(group);
    else if (broken.has(group)) {
      const message = `sqs ${outcome.id}: an earlier message of its group failed`;
      return { ...outcome, ok: false, error: new SluiceError("ORDER_PRESERVED", message) };
    }
    return outcome;
  });
}
