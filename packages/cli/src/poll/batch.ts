import type { SqsRecord } from "@sluice/lambda-entry";
import type { Heartbeat } from "./heartbeat.ts";

/** Messages that were received together, until each is deleted, left, or given back. */
export interface Batch {
  readonly records: readonly SqsRecord[];
  /** By the sizes in its notifications. */
  readonly bytes: number;
  readonly receivedAt: number;
  readonly heartbeat: Heartbeat;
  /** It was received to see whether a sink is back. */
  readonly isProbe: boolean;
  /** It waits until there is room for it. */
  waiting: boolean;
  /** Given back though the pipeline isn't done with it. */
  abandoned: boolean;
}

/**
 * The messages that failed, as the event source mapping of Lambda reads the answer: anything else than a list of ids that
 * were in the event is a failure of all.
 */
export function failedIds(response: unknown, records: readonly SqsRecord[]): ReadonlySet<string> {
  const all = new Set(records.map(({ messageId }) => messageId));
  const { batchItemFailures } = (response ?? {}) as { readonly batchItemFailures?: unknown };
  if (!Array.isArray(batchItemFailures)) return all;
  const ids = batchItemFailures.map((each) => (each as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier);
  return ids.every((id) => all.has(id as string)) ? new Set(ids as string[]) : all;
}
